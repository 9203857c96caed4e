"""ndjson - the lines of `report -f ndjson` tell what the JSON report tells, one record each, as it is decided."""
import json
import subprocess

import flow as flowlang
import variants

from . import golden, hostile
from .base import Failure, Skip, Test, check, compare, text
from .flows import options_of, passwords

# What the JSON report has of each type of line.
LISTS = {'dialog': 'dialogs', 'exchange': 'exchanges', 'subscription': 'subscriptions', 'notice': 'notices',
         'session': 'sessions', 'media': 'media', 'device': 'devices',
         'finding': 'findings', 'expectation': 'expectations', 'capture': 'captures'}
TYPES = {'start', 'message', 'transaction', 'summary', *LISTS}


def lines_of(data):
    """[(type, record without type)]"""
    out = []
    check(data.endswith(b'\n'), 'the last line has no end')
    for n, line in enumerate(text(data).splitlines()):  # whatever Python takes for an end of line
        try:
            record = json.loads(line)
        except ValueError as e:
            raise Failure(f'line {n + 1} is no JSON: {e}: {line[:200]}') from None
        check(isinstance(record, dict) and next(iter(record)) == 'type',
              f'line {n + 1}: type is not its first member')
        kind = record.pop('type')
        check(kind in TYPES, f'line {n + 1}: type {kind}')
        out.append((kind, record))
    return out


def same(report, lines):
    """Does one tell what the other tells?"""
    of = {kind: [r for k, r in lines if k == kind] for kind in TYPES}
    check(lines[0] == ('start', {k: report[k] for k in ('schema', 'generator')}), 'the first line')
    check(lines[-1] == ('summary', {**report['summary'], 'complete': report['complete']}),
          'the last line is not the summary')
    check(len(of['start']) == len(of['summary']) == 1, 'start or summary more than once')

    def held(what, want, got):
        compare('\n'.join(map(json.dumps, want)), '\n'.join(map(json.dumps, got)), what)

    for kind, name in LISTS.items():
        want, got = report[name], of[kind]
        if kind == 'dialog':
            want = [{k: v for k, v in d.items() if k != 'transactions'} for d in want]
        if kind == 'finding':   # the last one of a kind waits for its count
            got = sorted(got, key=lambda f: f['id'])
        held(name, want, got)

    def by_id(transactions):
        return sorted(transactions, key=lambda t: (t['id'], json.dumps(t)))

    held('transactions',
         by_id({'dialog': d['id'], **t} for d in report['dialogs'] for t in d['transactions']),
         by_id(of['transaction']))
    messages(report['summary'], of['message'])
    order(lines)


def messages(summary, found):
    check([m['id'] for m in found] == list(range(1, summary['messages'] + 1)), 'ids of messages')
    for kind, name, each, key in (('request', 'methods', 'requests', 'method'),
                                  ('response', 'statuses', 'responses', 'status')):
        mine = [m for m in found if m['kind'] == kind]
        check(len(mine) == summary[each], f'{len(mine)} {each}, not {summary[each]}')
        for value, count in summary[name].items():
            if value != 'other':
                # of a long name, the summary has the beginning
                check(sum(str(m[key])[:31] == value for m in mine) == count, f'messages of {value}')


def order(lines):
    """What a line names was told before it, but for the dialog, which ends last."""
    told, transactions = set(), set()
    for kind, record in lines:
        if kind == 'message':
            told.add((record['capture'], record['frame']))
            transactions.add(record['transaction'])
        elif kind == 'transaction':
            check(record['id'] in transactions, f'transaction {record["id"]} before its messages')
            for part in [record['request'], *record['responses']]:
                check(part is None or (part['capture'], part['frame']) in told,
                      f'transaction {record["id"]} before a message of it')
        elif kind == 'finding' and record['transaction'] is not None:
            check((record['capture'], record['frame']) in told,
                  f'finding {record["id"]} before the message that it is on')


def both(suite, *args, **more):
    more.setdefault('status', (0, 3))
    report = suite.report(*args, **more)
    done = suite.call('report', '-f', 'ndjson', *args, **more)
    same(report, lines_of(done.stdout))
    return done


def one_golden(suite, name, args):
    def run():
        both(suite, *args)
        both(suite, '--all-findings', *args)
    return Test(f'ndjson: {name} tells the same as json', run)


def one_flow(suite, path, names):
    """Also where it is sent so often that only counts of its findings go on."""
    def run():
        flow = flowlang.load(path)
        secrets = passwords(suite, 'ndjson', path.stem, flow.settings.get('passwords', []))
        for name in names:
            data, _ = variants.build(flow, variants.BY_NAME[name])
            capture = suite.folder('ndjson') / f'{path.stem}-{name}.pcap'
            capture.write_bytes(data)
            both(suite, *secrets, *options_of(flow), capture)
    return Test(f'ndjson: flow {path.stem} tells the same as json', run)


def hostiles(suite):
    def run():
        suite.need_shared()
        if hostile.SCALE == 'full':
            raise Skip('so large captures take too long')
        for path in sorted(x for family in 'fnstx' for x in hostile.captures_of(suite, family).glob('*.pcap*')):
            if path.stat().st_size > 1 << 20:
                continue
            done = suite.call('report', '-f', 'json', path, status=(0, 2, 3))
            if done.returncode != 2:
                both(suite, path)
    return Test('ndjson: hostile captures tell the same as json', run)


PEERS = 'device = 192.168.10.14:5060\nplatform = 192.168.10.2:5060\n'

REGISTER = """
device > platform @ +0.005
    REGISTER sip:34020000002000000001@3402000000 SIP/2.0
    Via: auto
    From: <sip:34020000001320000004@3402000000>;tag=abc
    To: <sip:34020000001320000004@3402000000>
    Call-ID: many
    CSeq: {n} REGISTER
    Contact: <sip:34020000001320000004@192.168.10.14:5060>
    Max-Forwards: 70
    Content-Length: 0

platform > device @ +0.001
    SIP/2.0 200 OK
    Via, From, To, Call-ID, CSeq: auto
    Content-Length: 0
"""

LATE = """
platform > device @ +0.001 answers={n}
    SIP/2.0 500 Odd
    Via, From, To, Call-ID, CSeq: auto
    Content-Length: 0
"""


def many(suite):
    """A dialog in parts, transactions that go on after theirs was written, findings that only count."""
    def run():
        folder = suite.folder('ndjson')
        source = folder / 'many.flow'
        source.write_text(PEERS + ''.join(REGISTER.replace('{n}', str(n + 1)) for n in range(1010))
                          + ''.join(LATE.replace('{n}', str(n)) for n in (3, 5, 1501, 2001, 2001)))
        data, _ = variants.build(flowlang.load(source))
        (folder / 'many.pcap').write_bytes(data)
        lines = lines_of(both(suite, folder / 'many.pcap').stdout)
        check(max(r['part'] for k, r in lines if k == 'dialog') > 1, 'no second part')
        check(any(r['count'] > 1 for k, r in lines if k == 'finding'), 'no finding counts others')
    return Test('ndjson: a dialog of many transactions tells the same as json', run)


BREAKS = ['\u2028', '\u2029', '\x85', '\x0b', '\x0c', '\x1c', '\x1e', '\x00', '"}\t{"']

ODD = """
    MESSAGE sip:34020000002000000001@3402000000 SIP/2.0
    Via: auto
    From: "{odd}" <sip:3402000000132{odd}0004@3402000000>;tag=a{odd}b
    To: <sip:34020000002000000001@3402000000>
    Call-ID: odd{odd}@192.168.10.14
    CSeq: 1 MESSAGE
    User-Agent: x{odd}y
    Max-Forwards: 70
    Content-Type: Application/MANSCDP+xml
    Content-Length: auto

    <?xml version="1.0" encoding="UTF-8"?>
    <Notify><CmdType>Keepalive</CmdType><SN>1</SN><DeviceID>3402000000132{odd}</DeviceID>
    <Status>O{odd}K</Status><Odd{odd}>x</Odd{odd}></Notify>
"""


def breaks(suite):
    """Text from a capture does not break a line: not of readers either that know more ends than LF."""
    def run():
        folder = suite.folder('ndjson')
        head = PEERS + '\ndevice > platform @ +0'
        for n, odd in enumerate(BREAKS):
            octets = f'{{hex {odd.encode("utf-8").hex(" ")}}}'
            source = folder / f'break-{n}.flow'
            source.write_text(head + ODD.replace('{odd}', octets))
            data, _ = variants.build(flowlang.load(source))
            check(data.count(odd.encode('utf-8')) > 5, f'{odd!r} is not in the capture')
            capture = folder / f'break-{n}.pcap'
            capture.write_bytes(data)
            done = both(suite, capture)
            check(b'"kind":"request"' in done.stdout, f'{odd!r}: the message was not seen')
    return Test('ndjson: captured text does not break a line', run)


def live(suite):
    """A pipe that stays open is answered while it is."""
    def run():
        data = (suite.place / 'samples' / 'catalog.pcap').read_bytes()
        with subprocess.Popen([*suite.wrap, suite.program, 'report', '-f', 'ndjson', '-'],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=suite.env) as run:
            run.stdin.write(data[:-100])
            run.stdin.flush()
            kinds = []
            while kinds.count('message') < 3:
                line = run.stdout.readline()
                check(line, 'ended before its input did')
                kinds.append(json.loads(line)['type'])
            run.stdin.write(data[-100:])
            run.stdin.close()
            rest = [json.loads(line)['type'] for line in run.stdout]
        check(kinds[0] == 'start' and rest[-1] == 'summary' and run.returncode == 0, 'not whole')
    return Test('ndjson: a pipe is answered as it goes', run)


def reader_gone(suite):
    """A reader that has enough is told of in one line and by status 2."""
    def run():
        with subprocess.Popen([*suite.wrap, suite.program, 'report', '-f', 'ndjson',
                               *sorted((suite.place / 'samples').glob('*.pcap')) * 40],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=suite.env) as run:
            first = json.loads(run.stdout.readline())
            run.stdout.close()
            said = text(run.stderr.read())
            run.wait()
        check(first['type'] == 'start', f'the first line is {first}')
        check(run.returncode == 2 and said.count('\n') == 1 and 'Broken pipe' in said,
              f'status {run.returncode}: {said}')
    return Test('ndjson: a reader that goes away', run)


def tests(suite):
    out = [hostiles(suite), many(suite), breaks(suite), live(suite), reader_gone(suite)]
    seen = set()
    for name, _, args in golden.cases(suite):
        rest = [a for a in args[1:] if a not in ('-f', 'json', 'text', 'ndjson')]
        if args[:1] == ['report'] and tuple(rest) not in seen and 'no-such' not in str(rest) \
                and not any(a.startswith('--frob') for a in rest):
            seen.add(tuple(rest))
            out.append(one_golden(suite, name, rest))
    for path in sorted((suite.tests / 'flows').glob('*.flow')):
        out.append(one_flow(suite, path, ['plain', 'tcp']))
    return out
