#!/usr/bin/env python3
"""flow2pcap.py [-v VARIANT] FLOW [CAPTURE] - turns a conversation into a capture.

CAPTURE alone is standard output when left out; `-v list` names the variants."""
import argparse
import sys

import flow
import variants


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('-v', '--variant', default='plain', help='"list" names them all')
    parser.add_argument('flow', nargs='?')
    parser.add_argument('capture', nargs='?')
    args = parser.parse_args()

    if args.variant == 'list':
        print('\n'.join(variants.BY_NAME))
        return 0
    if args.flow is None or args.variant not in variants.BY_NAME:
        parser.error('a flow and a known variant, please')
    try:
        data, _ = variants.build(flow.load(args.flow), variants.BY_NAME[args.variant])
    except (flow.FlowError, OSError) as e:
        print(f'flow2pcap: {e}', file=sys.stderr)
        return 2
    if args.capture is None:
        sys.stdout.buffer.write(data)
    else:
        with open(args.capture, 'wb') as f:
            f.write(data)
    return 0


if __name__ == '__main__':
    sys.exit(main())
