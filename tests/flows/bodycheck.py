"""bodycheck.py valid|undeclared|broken CAPTURE PROGRAM... - the program on the bodies of bodies.py.

Each travels in a MESSAGE, many in a capture. Prints what is not judged as it is, and how many there were."""
import collections
import itertools
import json
import pathlib
import subprocess
import sys

import bodies
import capfile
import frames

DEVICE, PLATFORM = '34020000001320000001', '34020000002000000001'
ADDRESS = {DEVICE: ('192.168.10.14', 5060), PLATFORM: ('192.168.10.2', 5060)}
START = 1767578400 * 10**9
BATCH = 500          # bodies in a capture


def message(body, number, declared):
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
               *[f'X-GB-Ver: {bodies.VERSIONS[body.edition]}'] * declared, 'Content-Type: Application/MANSCDP+xml',
               f'Content-Length: {len(content)}', '', '']
    answer = ['SIP/2.0 200 OK',
              *(line.format(f'={port};received={host}' if line[0] == 'V' else f';tag=t{number}')
                for line in common), 'Content-Length: 0', '', '']
    return (sender, receiver, '\r\n'.join(request).encode() + content,
            '\r\n'.join(answer).encode())


def capture(batch, declared):
    """Each body in a MESSAGE, frame 2 i + 1, with its 200 behind it."""
    out = []
    for i, body in enumerate(batch):
        sender, receiver, request, answer = message(body, i + 1, declared)
        for j, (src, dst, data) in enumerate(((sender, receiver, request), (receiver, sender, answer))):
            packet = frames.ip(ADDRESS[src][0], ADDRESS[dst][0], frames.UDP,
                               frames.udp(ADDRESS[src], ADDRESS[dst], data), 2 * i + j, 65535)[0]
            out.append((START + (200 * i + 5 * j) * 10**6, packet, len(packet)))
    return capfile.write(out, frames.LINKS['raw'][0])


def judge(call, path, batch, declared):
    """(verdict, findings on the body) of each body."""
    path.write_bytes(capture(batch, declared))
    done = subprocess.run([*call, 'report', '-f', 'json', '--all-findings', path], check=True,
                          stdout=subprocess.PIPE)
    report = json.loads(done.stdout)
    verdicts, found = {}, collections.defaultdict(list)
    for dialog in report['dialogs']:
        for t in dialog['transactions']:
            verdicts[t['request']['frame']] = t['body']['verdict']
    for f in report['findings']:
        if (f['field'] or '').startswith('/'):
            found[f['frame']].append(f)
    return [(verdicts.get(2 * i + 1), found[2 * i + 1]) for i in range(len(batch))]


def told(f):
    return f'{f["severity"]} {f["rule"]} {f["field"]} is {f["value"]}, not {f["expected"]}'


def wrong_valid(body, verdict, found):
    # Of its form, that is: what it commands or tells may well be odd.
    found = [f for f in found if f['rule'].startswith('manscdp-') and f['rule'] != 'manscdp-control-empty']
    if verdict == 'valid' and not found:
        return None
    return f'{body.name}: {verdict}; ' + '; '.join(map(told, found))


def wrong_broken(body, _, found):
    """What was broken is named, and no other error."""
    want = (body.rule, body.path, body.severity)
    got = [(f['rule'], f['field'], f['severity']) for f in found]
    more = [f for f in found if f['severity'] == 'error' and (f['rule'], f['field']) != want[:2]]
    if want in got and not more:
        return None
    return f'{body.name} {body.field} {body.what}: wanted {want}, found ' + '; '.join(map(told, found))


def wrong_undeclared(body, verdict, found):
    """Nobody names an edition: a right body of any is right. A spelling of one edition may be told."""
    return wrong_valid(body, verdict, [f for f in found if f['severity'] != 'note'])


def first_word(body):
    return body.what.split()[0]


# What is made, what is wrong of it, its sort, whether X-GB-Ver names the edition.
KINDS = {
    'valid': (bodies.valid, wrong_valid, first_word, True),
    'undeclared': (bodies.valid, wrong_undeclared, first_word, False),
    'broken': (bodies.broken, wrong_broken, lambda body: f'{body.kind} {body.rule} {body.severity}',
               True),
}


def main(kind, path, *call):
    """Judges all of a kind; prints what is wrong, and how many of each sort there were."""
    make, wrong_of, sort_of, declared = KINDS[kind]
    wrong, total, made = [], collections.Counter(), make()
    while batch := list(itertools.islice(made, BATCH)):
        for body, (verdict, found) in zip(batch, judge(call, pathlib.Path(path), batch,
                                                            declared)):
            total[sort_of(body)] += 1
            wrong += filter(None, [wrong_of(body, verdict, found)])
    json.dump({'wrong': wrong, 'total': total}, sys.stdout)


if __name__ == '__main__':
    main(*sys.argv[1:])
