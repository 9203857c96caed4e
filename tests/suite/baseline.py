"""baseline - fingerprints that last, and the file of what is known."""
import collections
import json
import os
import re
import tempfile

import again
import flow as flowlang
import rulefile
import variants

from . import flows as flowtests
from .base import Test, check, compare, text

# The first that finds as much of each rule as the first run: a run with other times or ports may be another test.
WAYS = [{'ids', 'times', 'ports'}, {'ids', 'times'}, {'ids'}, {'ports'}]


def report_of(suite, name, case_flow, variant, edits, options, secrets):
    capture, _ = flowtests.write(suite, 'again', name, case_flow, variant, edits)
    return suite.report(*secrets, *options, '--all-findings', capture)


def rules_of(report):
    return collections.Counter(f['rule'] for f in report['findings'])


def names_of(report):
    return collections.Counter(
        (f['rule'], f['fingerprint'], f['device'], f['field']) for f in report['findings'])


def told(one, other):
    """What of the first is not in the other, with the values that may have entered."""
    return [(f['rule'], f['field'], f['value'], f['expected'], f['args'])
            for f in one['findings'] if not any(
                f['fingerprint'] == g['fingerprint'] for g in other['findings'])]


def once_more(suite, name, case, first, arguments):
    """The report of the same conversation another time."""
    for what in WAYS:
        flow = again.again(case.flow, what)
        try:
            second = report_of(suite, f'{name}-again', flow, *arguments)
        except flowlang.FlowError:      # an edit that needs the very text
            continue
        if rules_of(first) == rules_of(second):
            return what, second
    return None, None


def one_rule(suite, path):
    """Each of its conversations another time has the same fingerprints."""
    def run():
        compared = 0
        for i, case in enumerate(rulefile.load(path)):
            name = f'{case.rule}-{i + 1}'
            lines = case.flow.settings.get('passwords', []) + case.passwords
            arguments = (variants.BY_NAME[case.variant], case.frames,
                         flowtests.options_of(case.flow) + case.options,
                         flowtests.passwords(suite, 'again', name, lines))
            first = report_of(suite, name, case.flow, *arguments)
            what, second = once_more(suite, name, case, first, arguments)
            if what is None:
                continue
            compared += case.fires
            check(names_of(first) == names_of(second),
                  f'{case.where}: other {sorted(what)}, other fingerprints: '
                  f'{told(first, second)[:4]} {told(second, first)[:4]}')
        check(compared, f'{path.stem}: nothing to compare')
    return Test(f'baseline: fingerprints of {path.stem} last', run)


def recorded(suite, name, edit=None, what=()):
    """A capture of a flow of these tests, changed, another time."""
    flow = rulefile.find_base(name)
    for block in flow.blocks:
        block.lines = [edit(line) if edit else line for line in block.lines]
    path = suite.folder('baseline') / f'{name}-{len(what)}-{edit.__name__ if edit else "plain"}.pcap'
    # several tests at once may want the same one
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as f:
        f.write(variants.build(again.again(flow, what))[0])
    os.replace(f.name, path)
    return path


def entries(path):
    """{fingerprint: {name: value}} of a baseline."""
    out, entry = {}, None
    for line in path.read_text(encoding='utf-8').splitlines()[1:]:
        if line.startswith('['):
            entry = out.setdefault(line[1:-1], {})
        elif line and not line.startswith('#'):
            key, _, value = line.partition(':')
            entry[key] = value.strip()
    return out


def made(suite, name, *captures):
    path = suite.folder('baseline') / name
    path.unlink(missing_ok=True)
    suite.call('baseline', '--write', path, *captures, status=0)
    return path


def last_line(done):
    return text(done.stdout).splitlines()[-1]


def other_device(line):
    return line.replace('34020000001320000003', '34020000001320000009')


def other_method(line):
    return 'CSeq: 2 OPTIONS' if line == 'CSeq: 2 REGISTER' else line


def third_method(line):
    return 'CSeq: 2 MESSAGE' if line == 'CSeq: 2 REGISTER' else line


def differ(suite):
    """Another device, another wrong value: another fingerprint; the first half does not speak of the device."""
    def run():
        def of(edit, rule):
            report = suite.report(recorded(suite, 'registration', edit))
            return {f['fingerprint'] for f in report['findings'] if f['rule'] == rule}
        one, two = of(other_method, 'sip-cseq-method'), of(third_method, 'sip-cseq-method')
        check(len(one) == 1 and len(two) == 1 and one != two, f'another value: {one} {two}')
        here = suite.report(recorded(suite, 'registration'))['findings']
        there = suite.report(recorded(suite, 'registration', other_device))['findings']
        here, there = ({f['fingerprint'] for f in x if f['device']} for x in (here, there))
        check(here and not here & there, 'another device has the same fingerprints')
        check({x[:16] for x in here} == {x[:16] for x in there}, 'the first half speaks of the device')
    return Test('baseline: what differs differs', run)


def known(suite):
    """What is known does not count, in any output; another time neither."""
    def run():
        first = recorded(suite, 'wrong-password')
        second = recorded(suite, 'wrong-password', what=('ids', 'times', 'ports'))
        check(first.read_bytes() != second.read_bytes(), 'the same capture')
        path = made(suite, 'known', first)
        suite.call('check', '--fail-on', 'note', first, status=1)
        for capture in (first, second):
            done = suite.call('check', '--fail-on', 'note', '--baseline', path, capture, status=0)
            check(len(text(done.stdout).splitlines()) == 1, 'check tells what is known')
            total = sum(suite.report(capture)['summary']['findings'].values())
            check(last_line(done).startswith('0 errors, 0 warnings, 0 notes')
                  and last_line(done).endswith(f'; {total} known findings'), last_line(done))
            report = suite.report('--baseline', path, capture)
            against = report['summary']['baseline']
            check({f['baseline_state'] for f in report['findings']} == {'unchanged'}, 'not unchanged')
            check(sum(against['unchanged'].values()) == total and not any(against['new'].values())
                  and against['absent'] == [] and against['entries'] == len(entries(path)), str(against))
            done = suite.call('report', '-f', 'text', '--baseline', path, capture, status=0)
            check(f'{total} known findings' in text(done.stdout), 'text does not say what is known')
        report = suite.report(first)
        check(report['summary']['baseline'] is None
              and {f['baseline_state'] for f in report['findings']} == {None}, 'no baseline, yet not null')
        # a second failure on top is new, and only that
        done = suite.call('check', '--fail-on', 'note', '--baseline', path, first, second, status=1)
        check('known' in last_line(done) and not last_line(done).startswith('0 errors, 0 warnings, 0 notes'),
              last_line(done))
    return Test('baseline: what is known does not count', run)


def edited(path, change):
    body = path.read_text(encoding='utf-8')
    new = change(body)
    check(new != body, 'the test changes nothing')
    path.write_text(new, encoding='utf-8')


def written_anew(suite):
    """--write keeps reasons and dates, --prune takes out and adds nothing; both give the same bytes again."""
    def run():
        full = recorded(suite, 'wrong-password')
        none = recorded(suite, 'registration')
        path = made(suite, 'anew', full)
        body = path.read_bytes()
        suite.call('baseline', '--write', path, full, status=0)
        check(path.read_bytes() == body, 'written again, it differs')
        suite.call('baseline', '--prune', path, full, status=0)
        check(path.read_bytes() == body, 'pruned of nothing, it differs')
        edited(path, lambda s: re.sub(r'reason:\nexpires:\n', 'reason: ticket 东 4711\nexpires: 2031-01-31\n', s))
        edited(path, lambda s: re.sub(r'count: (\d+)', 'count: 70', s))
        suite.call('baseline', '--prune', path, full, status=0)
        now = entries(path)
        check({e['reason'] for e in now.values()} == {'ticket 东 4711'}
              and {e['expires'] for e in now.values()} == {'2031-01-31'}, 'reasons or dates are gone')
        check('70' not in {e['count'] for e in now.values()}, '--prune does not lower counts')
        suite.call('baseline', '--write', path, full, none, status=0)
        more = entries(path)
        check(all(more[k]['reason'] == 'ticket 东 4711' for k in now) and len(more) > len(now)
              and {more[k]['reason'] for k in set(more) - set(now)} == {''}, '--write loses reasons')
        suite.call('baseline', '--prune', path, full, status=0)
        check(entries(path) == now, '--prune does not take out what is gone')
        # a capture that does not show all
        cut = suite.folder('baseline') / 'cut.pcap'
        cut.write_bytes(full.read_bytes()[:-9])
        body = path.read_bytes()
        done = suite.call('baseline', '--prune', path, cut, status=3)
        check(path.read_bytes() == body and 'nothing taken out' in text(done.stderr), 'pruned all the same')
        suite.call('baseline', '--prune', path, '--allow-incomplete', cut, status=0)
        suite.call('baseline', '--prune', suite.folder('baseline') / 'none', full, status=2)
        for args in (('--write', path, '--prune', path), ()):
            suite.call('baseline', *args, full, status=2)
    return Test('baseline: made anew, and pruned', run)


def stale(suite):
    """Entries that nothing is found for are told, and are no error."""
    def run():
        path = made(suite, 'stale', recorded(suite, 'wrong-password'))
        capture = recorded(suite, 'registration')
        done = suite.call('check', '--baseline', path, capture, status=0)
        against = suite.report('--baseline', path, capture)['summary']['baseline']
        check(against['absent'] and f'{len(against["absent"])} of {against["entries"]} entries not seen'
              in last_line(done), last_line(done))
        check(all(entries(path)[a['fingerprint']]['subject'] == a['subject'] for a in against['absent']),
              'absent names other entries')
    return Test('baseline: entries that are not seen any more', run)


def expiry(suite):
    """An entry holds up to its day, by the capture's time or by --today; what is found later is new."""
    def run():
        capture = recorded(suite, 'wrong-password')      # of 2026-01-05
        day = suite.report(capture)['captures'][0]['last'][:10]
        path = made(suite, 'expiry', capture)
        kept = path.read_text(encoding='utf-8')
        for expires, today, status in ((day, None, 0), ('2026-01-04', None, 1), ('2031-12-31', None, 0),
                                       ('2031-12-31', '2031-12-31', 0), ('2031-12-31', '2032-01-01', 1),
                                       ('2024-02-29', '2024-02-28', 0), ('', '9999-12-31', 0),
                                       ('0000-01-01', '0000-01-02', 1), ('2000-02-29', '2000-03-01', 1)):
            path.write_text(kept.replace('expires:', f'expires: {expires}'), encoding='utf-8')
            args = ['--today', today] if today else []
            done = suite.call('check', '--fail-on', 'note', *args, '--baseline', path, capture, status=status)
            check(('expired' in last_line(done)) == (status == 1), f'{expires} {today}: {last_line(done)}')
            report = suite.report(*args, '--baseline', path, capture)['summary']['baseline']
            check((report['expired'] != 0) == (status == 1), str(report))
        for wrong in ('2026-02-29', '2026-1-05', '20260105', '2026-13-01', '2026-00-10', '2026-01-32', 'x'):
            suite.call('check', '--today', wrong, capture, status=2)
    return Test('baseline: entries expire', run)


HEAD = 'gbscope baseline 1\n'
ENTRY = '[' + '0123456789abcdef' * 2 + ']\n'
# what the file holds, the line that is wrong
MALFORMED = [
    ('something else', '# x\nrule: x\n', 2), ('only comments', '# x\n', 1), ('another version', 'gbscope baseline 2\n', 1),
    ('no count', HEAD + ENTRY + 'rule: x\n', 2), ('count of 0', HEAD + ENTRY + 'count: 0\n', 3),
    ('count of letters', HEAD + ENTRY + 'count: many\n', 3),
    ('count beyond all', HEAD + ENTRY + 'count: 99999999999999999999\n', 3),
    ('a short fingerprint', HEAD + '[0123]\ncount: 1\n', 2),
    ('a fingerprint in capitals', HEAD + ENTRY.upper() + 'count: 1\n', 2),
    ('a fingerprint twice', HEAD + 2 * (ENTRY + 'count: 1\n'), 4),
    ('a member twice', HEAD + ENTRY + 'count: 1\ncount: 1\n', 4),
    ('an unknown member', HEAD + ENTRY + 'counts: 1\n', 3), ('no member', HEAD + ENTRY + 'count\n', 3),
    ('before any entry', HEAD + 'count: 1\n', 2), ('no date', HEAD + ENTRY + 'expires: soon\n', 3),
    ('a day that is none', HEAD + ENTRY + 'count: 1\nexpires: 2026-02-29\n', 4),
    ('a NUL octet', HEAD + ENTRY + 'reason: \0\n', 3), ('an escape', HEAD + ENTRY + 'reason: \x1b[2J\n', 3),
    ('a conflict of git', HEAD + '<<<<<<< HEAD\n' + ENTRY + 'count: 1\n', 2),
    ('no UTF-8', HEAD.encode() + ENTRY.encode() + b'reason: \xff\n', 3),
    ('UTF-16', HEAD.encode('utf-16'), 1), ('a capture', None, 1),
]
WELL = [('empty', b''), ('no entry', HEAD.encode()), ('BOM and CRLF', b'\xef\xbb\xbf' + (HEAD + ENTRY + 'count: 1\n').replace(
    '\n', '\r\n').encode()), ('comments, blanks, no end of line', f'#x\n\n  {HEAD}\n#\n {ENTRY}#\n\n count :1'.replace(
        'count :', 'count:  ').encode())]


def malformed(suite):
    def run():
        capture = recorded(suite, 'registration')
        path = suite.folder('baseline') / 'malformed'
        for what, body, line in MALFORMED:
            data = capture.read_bytes() if body is None else body if isinstance(body, bytes) else body.encode()
            path.write_bytes(data)
            for args in (('check', '--baseline', path), ('report', '--baseline', path),
                         ('baseline', '--write', path), ('baseline', '--prune', path)):
                done = suite.call(*args, capture, status=2)
                lines = text(done.stderr).splitlines()
                check(len(lines) == 1 and f'{path}:{line}: ' in lines[0] and not done.stdout,
                      f'{what}: {args[0]}: {lines}')
            check(path.read_bytes() == data, f'{what}: the file was touched')
        for what, data in WELL:
            path.write_bytes(data)
            suite.call('check', '--baseline', path, capture, status=0)
        for name in (suite.folder('baseline'), suite.folder('baseline') / 'missing'):
            done = suite.call('check', '--baseline', name, capture, status=2)
            check(len(text(done.stderr).splitlines()) == 1 and str(name) in text(done.stderr), 'no one line')
        suite.call('check', '--baseline', '/dev/null', capture, status=0)
        suite.call('baseline', '--write', suite.folder('baseline') / 'no' / 'where', capture, status=2)
    return Test('baseline: a malformed file is told by its line', run)


def streamed(suite):
    """ndjson tells the states as they are decided: the same ones."""
    def run():
        path = made(suite, 'streamed', recorded(suite, 'wrong-password'))
        captures = [recorded(suite, 'wrong-password'), recorded(suite, 'registration')]
        done = suite.call('report', '-f', 'ndjson', '--baseline', path, *captures)
        lines = [json.loads(line) for line in text(done.stdout).splitlines()]
        report = suite.report('--baseline', path, *captures)

        def states(findings):
            return sorted((f['id'], f['fingerprint'], f['baseline_state']) for f in findings)
        compare(str(states(report['findings'])), str(states(x for x in lines if x['type'] == 'finding')), 'ndjson')
        check({f['baseline_state'] for f in report['findings']} == {'new', 'unchanged'}, 'not both states')
    return Test('baseline: the same in ndjson', run)


def for_ci(suite):
    """Formats for CI leave out what is known; SARIF has it, suppressed."""
    def run():
        capture = recorded(suite, 'registration', other_method)
        path = made(suite, 'for-ci', capture)

        def of(kind, *more):
            return text(suite.call('check', '-f', kind, *more, capture, status=(0 if more else 1)).stdout)
        new, old = (json.loads(of('sarif', *more))['runs'][0]['results'] for more in ([], ['--baseline', path]))
        check(len(new) == len(old) and not any('suppressions' in x for x in new), 'sarif without a baseline')
        check(all(x['baselineState'] == 'unchanged' and x['suppressions'] for x in old), 'sarif')
        check(json.loads(of('gitlab')) and not json.loads(of('gitlab', '--baseline', path)), 'gitlab')
        for kind, mark in (('junit', '<failure'), ('tap', '\nnot ok'), ('github', '::error')):
            check(mark in of(kind) and mark not in of(kind, '--baseline', path), kind)
    return Test('baseline: known findings in the formats for CI', run)


def tests(suite):
    return [one_rule(suite, path) for path in sorted((suite.tests / 'flows' / 'rules').glob('*.rule'))] \
        + [differ(suite), known(suite), written_anew(suite), stale(suite), expiry(suite), malformed(suite),
           streamed(suite), for_ci(suite)]
