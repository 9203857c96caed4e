"""again - the same conversation another time: what differs between two runs of one test differs here.

ids: Call-IDs, tags, branches, nonces, cnonces, SNs; times: the start, and with it what is dated; ports: those of the
peers. What is written out in a flow is changed as well as what it leaves to `auto`."""
import copy
import hashlib
import re

import flow as flows

LATER_NS = (37 * 3600 + 11 * 60 + 13) * 10**9
PARAM = re.compile(r'(?P<name>\b(?:tag|branch|nonce|cnonce|opaque)=)(?P<quote>"?)(?P<value>[^;,">\s{}]+)', re.I)
CALL_ID = re.compile(r'^(?P<name>(?:Call-ID|i)\s*:\s*)(?P<value>[^@\s{}]+)(?P<rest>\S*)$', re.I)
SN = re.compile(r'(?<=<SN>)(\s*)(\d{2,})(\s*)(?=</SN>)')
DATE = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d')


def other(value):
    """As long, of the same kind of characters."""
    out, seed = '', hashlib.sha256(value.encode()).digest()
    cookie = 7 if value[:7].lower() in ('z9hg4bk',) else 0
    is_hex = re.fullmatch(r'[0-9a-f]+', value[cookie:]) is not None
    for i, c in enumerate(value):
        n = seed[i % len(seed)] + i // len(seed)
        if i < cookie or not (c.isascii() and c.isalnum()):
            out += c
        elif c.isdigit():
            out += c if i == cookie and c == '0' else str((int(c) + 1 + n % 8) % 10)
        elif is_hex:
            out += 'abcdef'[n % 6]
        else:
            turned = chr(ord('a') + (ord(c.lower()) - 97 + 1 + n % 24) % 26)
            out += turned.upper() if c.isupper() else turned
    return out


def other_ids(line):
    m = CALL_ID.match(line)
    if m and m['value'] != 'auto':
        return m['name'] + other(m['value']) + m['rest']

    def param(m):
        return m[0] if m['value'] == 'auto' else m['name'] + m['quote'] + other(m['value'])
    line = PARAM.sub(param, line)
    return SN.sub(lambda m: f'{m[1]}{int(m[2]) + 4000}{m[3]}', line)


def later(line):
    def turn(m):
        ns = flows.to_ns(m[0] + 'Z') + LATER_NS
        return (flows.EPOCH + flows.timedelta(seconds=ns // 10**9)).strftime('%Y-%m-%dT%H:%M:%S')
    try:
        return DATE.sub(turn, line)
    except ValueError:      # a date that is none
        return line


def other_ports(flow):
    moved = {}
    for name, (address, port, transport) in flow.peers.items():
        moved[(address, port)] = port + 1730 if port != 5060 else 15062
        flow.peers[name] = (address, moved[(address, port)], transport)

    def turn(line):
        for (address, old), new in moved.items():
            host = f'[{address}]' if ':' in address else address
            line = line.replace(f'{host}:{old}', f'{host}:{new}')
        return re.sub(r'rport=(\d+)', lambda m: 'rport=' + str(
            next((new for (_, old), new in moved.items() if str(old) == m[1]), m[1])), line)
    for block in flow.blocks:
        block.lines = [turn(line) for line in block.lines]


def again(flow, what):
    """A copy of it; what: some of ids, times, ports."""
    flow = copy.deepcopy(flow)
    if 'ids' in what:
        flow.name += ' once more'
        for block in flow.blocks:
            block.lines = [other_ids(line) for line in block.lines]
    if 'times' in what:
        start = flows.to_ns(flow.settings.get('start', '2026-01-05T02:00:00Z')) + LATER_NS
        flow.settings['start'] = (flows.EPOCH + flows.timedelta(seconds=start // 10**9)).strftime(
            '%Y-%m-%dT%H:%M:%S.') + f'{start % 10**9:09}Z'
        for block in flow.blocks:
            block.lines = [later(line) for line in block.lines]
            if 'T' in block.at:
                block.at = later(block.at)
    if 'ports' in what:
        other_ports(flow)
    return flow
