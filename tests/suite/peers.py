"""peers - tshark reads the same captures: the same messages, as often (Wireshark's SIP dissector)."""
import collections
import shutil
import sys

import flow as flowlang
import variants

from .base import Skip, Test, check, compare, text

ASK = ['-o', 'tcp.reassemble_out_of_order:TRUE', '-o', 'ip.check_checksum:TRUE', '-2', '-Y', 'sip',
       '-T', 'fields', '-E', 'occurrence=a', '-E', 'separator=\t', '-e', 'frame.number',
       '-e', 'sip.Method', '-e', 'sip.Status-Code', '-e', 'sip.Call-ID']


def tshark(suite, capture):
    """Methods and statuses with how often."""
    if not shutil.which('tshark'):
        raise Skip('no tshark')
    done = suite.command(['tshark', '-n', '-r', capture, *ASK])
    out = collections.Counter()
    for line in text(done.stdout).splitlines():
        _, methods, statuses, _ = line.split('\t')
        out.update(x for x in (methods + ',' + statuses).split(',') if x)
    return out


def ours(report):
    out = collections.Counter(report['summary']['methods'])
    out.update(report['summary']['statuses'])
    return out


def as_lines(counter):
    return '\n'.join(f'{name} {count}' for name, count in sorted(counter.items()) if count)


def one_flow(suite, path, variant):
    def run():
        data, _ = variants.build(flowlang.load(path), variant)
        capture = suite.folder('peers') / f'{path.stem}-{variant.name}.pcap'
        capture.write_bytes(data)
        compare(as_lines(tshark(suite, capture)), as_lines(ours(suite.report(capture))),
                f'{capture}: tshark against gbscope')
    return Test(f'tshark {path.stem} as {variant.name}', run)


COPIES = ('copies that a mirror port made: 23 frames have the IP identification of another one', {
    '100': -4, '180': -1, '200': -6, '488': -1, 'ACK': -4, 'BYE': -1, 'INVITE': -4, 'OPTIONS': -2})

# Captures in which the two differ: how often gbscope sees more (or less), and which of them is right.
DIFFERS = {
    'heplify-FAX-Call-t38-CA-TDM-SIP-FB-1.pcap': COPIES,
    'nDPI-FAX-Call-t38-CA-TDM-SIP-FB-1.pcap': COPIES,
    'mytools-sip_mg_te_v_015-f447248.pcap': ('tshark misses the INVITE: its body is short', {'INVITE': 1}),
    'mytools-sip_mg_te_v_015.pcap': ('tshark misses the INVITE: its body is short', {'INVITE': 1}),
    'nDPI-fuzz-2006-06-26-2594.pcap': ('octets changed at random: a cut datagram, two odd status codes', {
        '4': 1, '40': 1, 'CANCEL': -1}),
    'sipnab-c07-sip-r2.cap': ('no pcap and no pcapng', None),
}


def one_capture(suite, path):
    def run():
        theirs = tshark(suite, path)
        why, more = DIFFERS.get(path.name, ('', {}))
        if more is None:
            suite.call('report', path, status=2)
            return
        want = collections.Counter({**theirs})
        want.update(more)
        compare(as_lines(want), as_lines(ours(suite.report(path))),
                f'{path}: tshark {"and what is known" if why else ""} against gbscope')
    return Test(f'tshark {path.parent.name}/{path.name}', run)


# The same by start lines, frame for frame: what tshark counts otherwise in these captures.
LINES_DIFFER = {**{name: why for name, (why, _) in DIFFERS.items()}}


def start_lines(suite, path):
    """(frame, start line) of every message, by tshark and by gbscope's own reader: the same multiset."""
    def run():
        if not shutil.which('tshark'):
            raise Skip('no tshark')
        tool = suite.build / 'tests' / 'tools' / 'startlines'
        if not tool.exists():
            raise Skip('tests/tools/startlines is not built')
        if path.name in LINES_DIFFER:
            raise Skip(LINES_DIFFER[path.name])
        done = suite.command(['tshark', '-n', '-r', path, '-o', 'tcp.reassemble_out_of_order:TRUE',
                              '-o', 'ip.defragment:TRUE', '-Y', 'sip && !icmp && !icmpv6', '-T', 'fields',
                              '-E', 'occurrence=a', '-E', 'aggregator=\x1f', '-E', 'separator=\t',
                              '-e', 'frame.number', '-e', 'sip.Request-Line', '-e', 'sip.Status-Line'])
        want = collections.Counter()
        for line in text(done.stdout).splitlines():
            frame, requests, statuses = line.split('\t')
            for one in (requests + '\x1f' + statuses).split('\x1f'):
                if one:
                    want[frame, one.strip()] += 1
        got = collections.Counter()
        for line in text(suite.command([tool, path]).stdout).splitlines():
            frame, _, one = line.partition('\t')
            got[frame, one.strip()] += 1
        told = lambda c: '\n'.join(sorted(f'{n} {k[0]} {k[1]}' for k, n in c.items()))  # noqa: E731
        compare(told(want), told(got), f'{path}: start lines of tshark and of gbscope')
    return Test(f'start lines {path.parent.name}/{path.name}', run)


def page(suite):
    """Our column in docs/peers.md is what we find; tshark's takes a minute to make again."""
    def run():
        out = suite.folder('peers') / 'peers.md'
        done = suite.command([sys.executable, suite.top / 'docs' / 'make-peers', '--ours', '--to', out],
                             env={'GBSCOPE': suite.program}, timeout=300)
        check(done.returncode == 0, text(done.stderr))

        def rows(path):
            lines = [x.split('|') for x in path.read_text(encoding='utf-8').splitlines() if x.startswith('|')]
            return '\n'.join('|'.join(x[1:4]) for x in lines)
        compare(rows(suite.top / 'docs' / 'peers.md'), rows(out), 'docs/peers.md (docs/make-peers writes it)')
    return Test('peers.md is what make-peers makes', run)


def none(suite):
    def run():
        suite.need_shared()
    return Test('tshark on captures that others recorded', run)


def tests(suite):
    out = [one_flow(suite, path, variants.BY_NAME[name])
           for path in sorted((suite.top / 'samples').glob('*.flow'))
           for name in ('udp', 'tcp', 'tcp-thirds', 'fragments', 'pcapng')]
    out += [one_flow(suite, suite.top / 'samples' / 'registration.flow', v) for v in variants.VARIANTS
            if v.link not in (None, 'pseudowire', 'tzsp', 'pptp')]
    out.append(page(suite))
    captures = suite.shared / 'captures'
    if not captures.is_dir():
        return out + [none(suite)]
    return out + [test(suite, path) for folder in ('sip', 'gb28181')
                  for path in sorted((captures / folder).glob('*cap*'))
                  if path.suffix in ('.pcap', '.pcapng', '.cap')
                  for test in (one_capture, start_lines)]
