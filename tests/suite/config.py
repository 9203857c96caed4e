"""config - gbscope.conf: where it is found, what it does to each output, and that nothing passes unseen."""
import json
import os
import re
import shutil

from .base import Skip, Test, check, text

CAPTURE = 'samples/registration.pcap'
OFF = '[rules]\n* = off\n'
EMPTY = b'\xd4\xc3\xb2\xa1\x02\x00\x04\x00' + b'\0' * 8 + b'\xff\xff\0\0' + b'\x01\0\0\0'


def place(suite, name):
    """A folder outside of the sources, with the samples; a search from there ends there."""
    path = suite.folder('config') / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    (path / '.git').mkdir()
    (path / 'samples').symlink_to(suite.place / 'samples')
    return path


def write(path, what):
    path.write_bytes(what if isinstance(what, bytes) else what.encode())
    return path


def refused(suite, args, *says, cwd=None):
    done = suite.call(*args, status=2, cwd=cwd)
    lines = text(done.stderr).splitlines()
    check(len(lines) == 1 and all(s in lines[0] for s in says) and not done.stdout,
          f'{args}: {lines}, not {says}')


def counts(suite, *args, cwd=None, status=(0, 1, 3)):
    """[errors, warnings, notes] of check."""
    last = text(suite.call('check', '-q', *args, cwd=cwd, status=status).stdout).splitlines()[-1]
    return [int(n) for n in re.findall(r'(\d+) (?:error|warning|note)', last)]


def search(suite):
    def run():
        top = place(suite, 'search')
        deep = top / 'a' / 'b'
        deep.mkdir(parents=True)
        (deep / 'samples').symlink_to(suite.place / 'samples')
        some = counts(suite, CAPTURE, cwd=deep)
        check(sum(some) > 0, 'nothing is found without a configuration')
        write(top / 'gbscope.conf', OFF)
        check(counts(suite, CAPTURE, cwd=deep) == [0, 0, 0], 'not found from two folders below')
        check(counts(suite, '--no-config', CAPTURE, cwd=deep) == some, '--no-config')
        done = suite.call('config', cwd=deep, status=0)
        check('# ../../gbscope.conf:2' in text(done.stdout), 'the path, from here')
        write(top / 'a' / 'gbscope.conf', '[rules]\n')
        check(counts(suite, CAPTURE, cwd=deep) == some, 'the nearest one counts alone')
        (top / 'a' / 'gbscope.conf').unlink()
        (top / 'a' / '.git').write_text('gitdir: elsewhere\n')
        check(counts(suite, CAPTURE, cwd=deep) == some, 'it went beyond a .git')
        check(counts(suite, '--config', '../../gbscope.conf', CAPTURE, cwd=deep) == [0, 0, 0], '--config')
        refused(suite, ['check', '--config', 'no.conf', CAPTURE], 'no.conf: No such file', cwd=deep)
        refused(suite, ['check', '--config', '.', CAPTURE], '.: Is a directory', cwd=deep)
        (deep / 'gbscope.conf').mkdir()
        refused(suite, ['check', CAPTURE], 'gbscope.conf: not a regular file', cwd=deep)
        (deep / 'gbscope.conf').rmdir()
        os.mkfifo(deep / 'gbscope.conf')
        refused(suite, ['check', CAPTURE], 'gbscope.conf: not a regular file', cwd=deep)
    return Test('config: the search, upwards and no further', run)


def others(suite):
    def run():
        if os.geteuid() != 0:
            raise Skip('only root can give files away')
        top = place(suite, 'others')
        path = write(top / 'gbscope.conf', OFF)
        os.chown(path, 12345, 12345)
        counts(suite, CAPTURE, cwd=top)
        top.chmod(0o1777)
        refused(suite, ['check', CAPTURE], 'gbscope.conf: everybody can write', cwd=top)
        check(counts(suite, '--config', 'gbscope.conf', CAPTURE, cwd=top) == [0, 0, 0], 'named')
        os.chown(path, 0, 0)
        check(counts(suite, CAPTURE, cwd=top) == [0, 0, 0], 'our own')
    return Test('config: of somebody else where everybody can write', run)


# What stands in the file; what the line must say.
WRONG = [
    ('[check]\nfail-one = note\n', ":2: [check] has no 'fail-one'; did you mean fail-on?"),
    ('[check]\n\n\nfail-on = loud\n', ':4: fail-on: not known: loud'),
    ('[rules]\nsip-via-mising = off\n', 'did you mean sip-via-missing'),
    ('[threshold]\n', ':1: no such section: [threshold]; did you mean thresholds?'),
    ('[thresholds]\nresponse-time = -1s\n', ':2: response-time: not a time'),
    ('[thresholds]\nresponse-times = 1s\n', 'did you mean response-time'),
    ('[expect]\nregister = 34020000001320000003\n', 'did you mean registered'),
    ('[expect]\nanswered = Catalog in 5s\n', ':2: not understood: in'),
    ('fail-on = note\n', ':1: a [section] must stand'),
    ('include other.conf\n', ':1: neither'),
    ('[check]\npasswords = no-such-file\n', 'no-such-file: No such file'),
    ('[check]\npasswords = /dev/zero\n', '/dev/zero: not a regular file'),
    ('[check]\ndictionary = /dev/zero\n', '/dev/zero: not a regular file'),
    ('[check]\ndictionary = samples/acme.xml\n' * 2, None),
    (b'[check]\nfail-on = no\x1b[31mte\n', ':2: not text'),
    (b'[check]\n\xff\xfe = note\n', ':2: not text'),
    ('[check]\n\u202efail-on = note\n', ':2: not text'),
    ('[check]\nfail-on = \u6771\n', ':2: fail-on: not known'),
    (b'[check]\nfail-on = note\0\n', ':2: not text'),
    ('[check]\nfail-on = ' + 'x' * 5000 + '\n', ':2: the line is too long'),
    ('#\n' * 40000, 'larger than 65536 bytes'),
    ('[rules]\n' + ''.join(f'sip-{i} = off\n' for i in range(3000)), ":2: [rules] has no 'sip-0'"),
]


def wrong(suite):
    def run():
        top = place(suite, 'wrong')
        for what, says in WRONG:
            write(top / 'gbscope.conf', what)
            if says is None:
                continue
            for args in (['check', CAPTURE], ['report', CAPTURE], ['rules'], ['config'], ['fields'],
                         ['show', '1', CAPTURE], ['explain', 'sip-via-missing']):
                refused(suite, args, 'gbscope: gbscope.conf', says, cwd=top)
        write(top / 'gbscope.conf', '[check]\nfail-on = note\n')
        suite.call('check', CAPTURE, cwd=top, status=1)
        suite.call('check', '--fail-on', 'error', CAPTURE, cwd=top, status=0)
        refused(suite, ['check', '--set', 'check.fail-on', CAPTURE], '--set: not SECTION.KEY=VALUE')
        refused(suite, ['check', *['--set', 'check.fail-on=note'] * 65, CAPTURE], '--set: more than 64')
    return Test('config: what is wrong, one line with file and line, exit status 2', run)


def severities(suite):
    """Overrides hold everywhere: check, report, text, lines, exit status, rules."""
    def run():
        top = place(suite, 'severities')
        write(top / 'gbscope.conf', '[rules]\n* = off\nsip-date-form = error\nauth-* = note\n')
        out = text(suite.call('check', CAPTURE, cwd=top, status=1).stdout)
        rules = dict(re.findall(r': (error|warning|note): .* \[([a-z0-9-]+)\]', out))
        check(set(rules) == {'error', 'note'}, out)
        check('error: ' in out and '[sip-date-form]' in out and 'sip-rport' not in out, out)
        report = suite.report(CAPTURE, cwd=top)
        seen = {f['rule']: f['severity'] for f in report['findings']}
        check(seen['sip-date-form'] == 'error'
              and all(v == 'note' for k, v in seen.items() if k != 'sip-date-form'), f'{seen}')
        check(set(report['summary']['rules']) == set(seen), 'summary.rules')
        check(report['summary']['findings']['error'] == 3, f"{report['summary']['findings']}")
        check(sum(d['findings']['error'] for d in report['devices']) == 3, 'devices')
        lines = [json.loads(x) for x in text(suite.call('report', '-f', 'ndjson', CAPTURE, cwd=top).stdout)
                 .splitlines()]
        check({x['rule'] for x in lines if x['type'] == 'finding'} == set(seen), 'ndjson')
        out = text(suite.call('report', '-f', 'text', CAPTURE, cwd=top).stdout)
        check('error    sip-date-form ' in out and 'sip-rport' not in out, out)
        listed = text(suite.call('rules', cwd=top).stdout)
        check(re.search(r'^error +error +sip-date-form .*\[gbscope\.conf:3\]$', listed, re.M)
              and re.search(r'^off +off +sip-via-missing .*\[gbscope\.conf:2\]$', listed, re.M), listed[:2000])
        known = {r['id']: r for r in json.loads(suite.call('rules', '-f', 'json', cwd=top).stdout)}
        check(known['auth-loop']['severity'] == 'note'
              and known['auth-loop']['severity_origin'] == 'gbscope.conf:4', f"{known['auth-loop']}")
        known = json.loads(suite.call('rules', '-f', 'json', status=0).stdout)
        check({r['severity_origin'] for r in known} == {'default'}, 'origins without a configuration')
        out = text(suite.call('explain', 'auth-loop', cwd=top).stdout)
        check('severity   note; in the gb28181 profile note (gbscope.conf:4)' in out, out)
    return Test('config: severities hold in every output', run)


def paths(suite):
    """Paths are beside the file; the command line goes before."""
    def run():
        top = place(suite, 'paths')
        (top / 'conf').mkdir()
        shutil.copy(suite.place / 'samples' / 'passwords.txt', top / 'conf' / 'pw')
        (top / 'conf' / 'pw').chmod(0o600)
        write(top / 'conf' / 'gate', '[check]\npasswords = pw\n')
        def verdicts(*args):
            return suite.report(*args, CAPTURE, cwd=top)['summary']['auth']
        check(verdicts('--config', 'conf/gate')['verified'] == 1, 'beside the file')
        check(verdicts('--config', top / 'conf' / 'gate')['verified'] == 1, 'absolute')
        write(top / 'other', '34020000001320000003:34020000:wrong\n').chmod(0o600)
        check(verdicts('--config', 'conf/gate', '-p', 'other')['mismatch'] == 1, '-p goes before')
        check(verdicts('--config', 'conf/gate', '--set', 'check.passwords=other')['mismatch'] == 1, '--set')
        for args in (['config'], ['check', '-v', CAPTURE], ['report', CAPTURE]):
            done = suite.call(*args, '--config', 'conf/gate', cwd=top, status=(0, 1))
            check(b'12345678' not in done.stdout + done.stderr, f'{args} tells a password')
    return Test('config: paths, and who goes first', run)


def printed(suite):
    """What `config` prints is a configuration that comes to the same."""
    def run():
        top = place(suite, 'printed')
        for name in ('passwords.txt', 'gbscope.conf'):
            shutil.copy(suite.place / 'samples' / name, top / name)
        first = text(suite.call('config', cwd=top, status=0).stdout)
        write(top / 'again.conf', first)
        second = text(suite.call('config', '--config', 'again.conf', cwd=top, status=0).stdout)

        def bare(lines):
            return [re.sub(r' +# .*', '', x) for x in lines.splitlines()]
        check(bare(first) == bare(second), 'not the same again')
        page = (suite.top / 'docs' / 'config.md').read_text(encoding='utf-8')
        plain = text(suite.call('config', '--no-config', status=0).stdout)
        values = dict(re.findall(r'^([\w-]+) = (\S+)', plain.partition('[thresholds]')[2].partition('[')[0], re.M))
        rows = dict(re.findall(r'^\| `([\w-]+)` \| (\S+) \| \S+ to ', page, re.M))
        check(values == rows, f'docs/config.md has other thresholds: {set(values.items()) ^ set(rows.items())}')
        rules = {r['id'] for r in json.loads(suite.call('rules', '-f', 'json').stdout)}
        facts = page.partition('| fact |')[2]
        for name in (r[len('expect-'):] for r in rules if r.startswith('expect-')):
            check(f'| `{name}` |' in facts, f'docs/config.md does not have {name}')
    return Test('config: what is printed comes to the same, and the page has it', run)


GATE = """[expect]
registered = 34020000001320000003
verified = every by 34020000001320000003
[expect a whole run]
messages = at least 6
retransmissions = none
"""


def gate(suite):
    """An empty capture, half of one, and one direction of one do not pass; a whole one does."""
    def run():
        top = place(suite, 'gate')
        write(top / 'gbscope.conf', GATE)
        data = (suite.place / CAPTURE).read_bytes()
        args = ['-p', 'samples/passwords.txt']
        done = suite.call('check', '-v', *args, CAPTURE, cwd=top, status=0)
        check('4 of 4 expectations met' in text(done.stdout)
              and text(done.stderr).count(': met by ') == 4, text(done.stdout + done.stderr))
        write(top / 'empty.pcap', EMPTY)
        out = text(suite.call('check', *args, 'empty.pcap', cwd=top, status=1).stdout)
        check(out.count('[expect-') == 3 and '1 of 4 expectations met' in out, out)
        suite.call('check', '--allow-empty', '--allow-incomplete', *args, 'empty.pcap', cwd=top, status=1)
        suite.call('check', '--set', 'rules.expect-*=off', *args, 'empty.pcap', cwd=top, status=3)
        write(top / 'half.pcap', data[:len(data) // 2])
        out = text(suite.call('check', *args, 'half.pcap', cwd=top, status=1).stdout)
        check('; but not all of the capture was read' in out, out)
        report = suite.report(*args, 'half.pcap', cwd=top)
        met = {x['fact']: x['met'] for x in report['expectations']}
        check(not met['messages'] and report['complete'] is False, f'{met}')
        by_rule = {f['rule']: f for f in report['findings'] if f['rule'].startswith('expect-')}
        check(by_rule['expect-messages']['args']['config'] == 'gbscope.conf:5'
              and by_rule['expect-messages']['severity'] == 'error', f'{by_rule}')
        out = text(suite.call('report', '-f', 'text', *args, 'half.pcap', cwd=top, status=3).stdout)
        check('Expectations  (not all of the capture was read)' in out and '\n  not met  ' in out
              and '\n  met      ' in out, out)
        out = text(suite.call('report', '-f', 'text', *args, 'empty.pcap', cwd=top).stdout)
        check('No SIP message' in out and '\n  not met  ' in out, out)
        for command in (['list'], ['show', '1']):
            done = suite.call(*command, *args, CAPTURE, cwd=top, status=0)
            check(b'xpect' not in done.stdout, f'{command}')
        done = suite.call('check', CAPTURE, cwd=top, status=1)
        check('1 without a known password' in text(done.stdout), text(done.stdout))
    return Test('config: a gate does not let through what shows nothing', run)


def many(suite):
    """Thousands of devices in one gate: each is told, in order, and soon."""
    def run():
        top = place(suite, 'many')
        ids = [f'3402000000132{i:07d}' for i in range(2900)]
        write(top / 'gbscope.conf', '[expect]\n' + ''.join(
            f'registered = {",".join(ids[i:i + 100])}\n' for i in range(0, len(ids), 100)))
        report = suite.report('--all-findings', CAPTURE, cwd=top)
        check([x['device'] for x in report['expectations']] == ids, 'another order')
        check([x['device'] for x in report['expectations'] if x['met']] == ['34020000001320000003'], 'met')
        check(report['summary']['rules']['expect-registered'] == 2899, 'findings')
    return Test('config: a gate for 2900 devices', run)


def terminal(suite):
    """Text of the file does not reach the terminal as it is."""
    def run():
        top = place(suite, 'terminal')
        write(top / 'gbscope.conf', '[expect \u51b7\u542f\u52a8]\nregistered = by <b>|::error::x\n')
        out = text(suite.call('check', '-v', CAPTURE, cwd=top, status=1).stdout)
        check('<b>|\\x3a:error\\x3a:x: registered' in out, out)
        report = suite.report(CAPTURE, cwd=top)
        check(report['expectations'][0]['name'] == '\u51b7\u542f\u52a8', 'a name in Chinese')
    return Test('config: names as they are, nothing that acts', run)


def tests(suite):
    return [search(suite), others(suite), wrong(suite), severities(suite), paths(suite), printed(suite), gate(suite),
            many(suite), terminal(suite)]
