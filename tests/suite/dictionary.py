"""dictionary - each command as it should be, and each of its fields broken in turn (flows/bodies.py)."""
import collections

import bodies
import capfile
import frames

from .base import Test, check

DEVICE, PLATFORM = '34020000001320000001', '34020000002000000001'
ADDRESS = {DEVICE: ('192.168.10.14', 5060), PLATFORM: ('192.168.10.2', 5060)}
START = 1767578400 * 10**9
BATCH = 500          # bodies in a capture


def message(body, number):
    """(sender, receiver, MESSAGE, 200)"""
    down = body.command.root in ('Control', 'Query')
    sender, receiver = (PLATFORM, DEVICE) if down else (DEVICE, PLATFORM)
    host, port = ADDRESS[sender]
    content = body.text(number).encode('gb18030')
    common = [f'Via: SIP/2.0/UDP {host}:{port};rport{{}};branch=z9hG4bK{number}',
              f'From: <sip:{sender}@3402000000>;tag=f{number}',
              f'To: <sip:{receiver}@3402000000>{{}}',
              f'Call-ID: {number}@{host}', f'CSeq: {number} MESSAGE']
    request = [f'MESSAGE sip:{receiver}@{ADDRESS[receiver][0]}:5060 SIP/2.0',
               *(line.format('') for line in common), 'Max-Forwards: 70',
               f'X-GB-Ver: {bodies.VERSIONS[body.edition]}', 'Content-Type: Application/MANSCDP+xml',
               f'Content-Length: {len(content)}', '', '']
    answer = ['SIP/2.0 200 OK',
              *(line.format(f'={port};received={host}' if line[0] == 'V' else f';tag=t{number}')
                for line in common), 'Content-Length: 0', '', '']
    return (sender, receiver, '\r\n'.join(request).encode() + content,
            '\r\n'.join(answer).encode())


def capture(batch):
    """Each body in a MESSAGE, frame 2 i + 1, with its 200 behind it."""
    out = []
    for i, body in enumerate(batch):
        sender, receiver, request, answer = message(body, i + 1)
        for j, (src, dst, data) in enumerate(((sender, receiver, request), (receiver, sender, answer))):
            packet = frames.ip(ADDRESS[src][0], ADDRESS[dst][0], frames.UDP,
                               frames.udp(ADDRESS[src], ADDRESS[dst], data), 2 * i + j, 65535)[0]
            out.append((START + (200 * i + 5 * j) * 10**6, packet, len(packet)))
    return capfile.write(out, frames.LINKS['raw'][0])


def judge(suite, name, batch):
    """(verdict, findings on the body) of each body."""
    path = suite.folder('dictionary') / f'{name}.pcap'
    path.write_bytes(capture(batch))
    report = suite.report('--all-findings', path)
    verdicts, found = {}, collections.defaultdict(list)
    for dialog in report['dialogs']:
        for t in dialog['transactions']:
            verdicts[t['request']['frame']] = t['body']['verdict']
    for f in report['findings']:
        if (f['field'] or '').startswith('/'):
            found[f['frame']].append(f)
    return [(verdicts.get(2 * i + 1), found[2 * i + 1]) for i in range(len(batch))]


def judge_all(suite, name, everything):
    for at in range(0, len(everything), BATCH):
        batch = everything[at:at + BATCH]
        yield from zip(batch, judge(suite, f'{name}-{at // BATCH}', batch))


def told(f):
    return f'{f["severity"]} {f["rule"]} {f["field"]} is {f["value"]}, not {f["expected"]}'


def valid(suite):
    def run():
        wrong = []
        for body, (verdict, found) in judge_all(suite, 'valid', list(bodies.valid())):
            bad = [told(f) for f in found]
            if verdict != 'valid' or bad:
                wrong.append(f'{body.name}: {verdict}; ' + '; '.join(bad))
        check(not wrong, f'{len(wrong)} right bodies are found wrong:\n' + '\n'.join(wrong[:60]))
    return Test('dictionary: each command in each edition is valid', run)


def matrix(suite):
    def run():
        wrong, total = [], collections.Counter()
        for body, (_, found) in judge_all(suite, 'broken', list(bodies.broken())):
            total[body.what.split()[0]] += 1
            want = (body.rule, body.path, body.severity)
            got = [(f['rule'], f['field'], f['severity']) for f in found]
            more = [told(f) for f in found
                    if f['severity'] == 'error' and (f['rule'], f['field']) != want[:2]]
            if want not in got or more:
                wrong.append(f'{body.name} {body.field} {body.what}: wanted {want}, found '
                             + '; '.join(map(told, found)))
        check(not wrong, f'{len(wrong)} of {total.total()} broken bodies are not told so:\n'
              + '\n'.join(wrong[:60]))
    return Test('dictionary: each field, broken in turn, is named', run)


def tests(suite):
    return [valid(suite), matrix(suite)]
