"""dictionary - each command as it should be, and each of its fields broken in turn (flows/bodies.py)."""
import collections
import itertools
import json
import pathlib
import subprocess
import sys

import bodies
import capfile
import frames

from .base import Test, check, compare, text

DEVICE, PLATFORM = '34020000001320000001', '34020000002000000001'
ADDRESS = {DEVICE: ('192.168.10.14', 5060), PLATFORM: ('192.168.10.2', 5060)}
START = 1767578400 * 10**9
BATCH = 500          # bodies in a capture

# How many bodies there are of each sort: a change of the dictionary changes these.
VALID = {
    'full': 177,
    'minimal': 147,
    'spelled': 12,
}
BROKEN = {
    'above manscdp-field-range error': 44,
    'above manscdp-value-odd warning': 200,
    'below manscdp-field-range error': 249,
    'below manscdp-value-odd warning': 303,
    'checksum manscdp-ptz-invalid error': 4,
    'condition before manscdp-field-condition warning': 25,
    'condition beside manscdp-field-condition warning': 4,
    'condition when manscdp-field-condition warning': 4,
    'condition when manscdp-field-expected note': 6,
    'count manscdp-count-mismatch warning': 53,
    'edition manscdp-edition error': 422,
    'empty manscdp-field-blank warning': 211,
    'empty manscdp-field-empty error': 469,
    'empty manscdp-field-empty-optional note': 477,
    'enum manscdp-command-unknown warning': 147,
    'enum manscdp-field-enum error': 118,
    'enum manscdp-value-odd warning': 123,
    'length manscdp-field-length warning': 5,
    'length manscdp-ptz-invalid error': 4,
    'missing manscdp-field-absent warning': 305,
    'missing manscdp-field-missing error': 700,
    'pattern manscdp-field-type error': 13,
    'pattern manscdp-value-odd warning': 31,
    'repeated manscdp-field-repeated error': 993,
    'repeated manscdp-field-repeated-odd warning': 687,
    'seen manscdp-value-odd warning': 63,
    'seen manscdp-value-vendor note': 194,
    'several manscdp-command-several note': 30,
    'spelled manscdp-field-spelling note': 21,
    'text manscdp-field-text warning': 173,
    'type manscdp-deviceid-invalid error': 125,
    'type manscdp-deviceid-odd warning': 26,
    'type manscdp-field-type error': 320,
    'type manscdp-value-odd warning': 363,
    'value edition manscdp-value-edition warning': 47,
}


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


def judge_all(suite, kind):
    """In a process of its own: hostile.py measures memory, and a child begins with its parent's."""
    done = suite.command([sys.executable, '-m', 'suite.dictionary', kind,
                          suite.folder('dictionary') / f'{kind}.pcap', *suite.wrap, suite.program],
                         cwd=suite.tests, env={'PYTHONPATH': str(suite.tests / 'flows'),
                                               'PYTHONDONTWRITEBYTECODE': '1'})
    check(done.returncode == 0, text(done.stderr)[-3000:])
    answer = json.loads(done.stdout)
    check(not answer['wrong'], f'{len(answer["wrong"])} bodies are not judged as they are:\n'
          + '\n'.join(answer['wrong'][:60]))
    return answer['total']


def valid(suite, kind, how):
    def run():
        total = judge_all(suite, kind)
        compare(lines(VALID), lines(total), 'how many right bodies there are')
    return Test(f'dictionary: each command in each edition is valid, {how}', run)


def matrix(suite):
    def run():
        total = judge_all(suite, 'broken')
        compare(lines(BROKEN), lines(total), 'how many bodies are broken in each way')
    return Test('dictionary: each part of a body, broken in turn, is named', run)


def lines(total):
    return '\n'.join(f'{name} {n}' for name, n in sorted(total.items()))


def tests(suite):
    return [valid(suite, 'valid', 'declared'), valid(suite, 'undeclared', 'not declared'),
            matrix(suite)]


if __name__ == '__main__':
    main(*sys.argv[1:])
