"""ci - the formats for CI: right by validators that are not ours, telling what the report tells, and doing nothing
that a capture wants them to do."""
import collections
import json
import os
import re
import shutil
import struct
import xml.etree.ElementTree as ET

from .base import Failure, Skip, Test, check, compare, text

FORMATS = ['sarif', 'junit', 'gitlab', 'github', 'tap']
LEVELS = ['note', 'warning', 'error']
PASSWORDS = ['-p', 'samples/passwords.txt']


# ---- captures ----

def datagram(payload, source=5060):
    """A raw IP packet."""
    udp = struct.pack('>HHHH', source, 5060, 8 + len(payload), 0) + payload
    head = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, bytes([10, 0, 0, 2]),
                       bytes([10, 0, 0, 1]))
    total = sum(struct.unpack('>10H', head))
    total = (total & 0xffff) + (total >> 16)
    return head[:10] + struct.pack('>H', ~(total + (total >> 16)) & 0xffff) + head[12:] + udp


def pcap(payloads):
    out = [struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 101)]
    for i, payload in enumerate(payloads):
        packet = datagram(payload)
        out.append(struct.pack('<IIII', 1700000000 + i // 1000, i % 1000 * 1000, len(packet), len(packet)) + packet)
    return b''.join(out)


def request(n, date=b'', body=b'', user=b'34020000001320000001'):
    """A MESSAGE whose Date is in no form, if one is given."""
    head = [b'MESSAGE sip:34020000002000000001@10.0.0.1:5060 SIP/2.0',
            b'Via: SIP/2.0/UDP 10.0.0.2:5060;rport;branch=z9hG4bK%d' % n,
            b'From: <sip:' + user + b'@3402000000>;tag=%d' % n, b'To: <sip:34020000002000000001@3402000000>',
            b'Call-ID: call%d' % n, b'CSeq: 20 MESSAGE', b'Max-Forwards: 70']
    if date:
        head.append(b'Date: ' + date)
    if body:
        head.append(b'Content-Type: Application/MANSCDP+xml')
    return b'\r\n'.join(head + [b'Content-Length: %d' % len(body), b'', b'']) + body


# What a capture may say to a log, a page, a viewer.
HOSTILE = [
    b'::error file=x.c,line=1::pwned', b'::stop-commands::x', b'  ::set-output name=a::b', b'::add-mask::4',
    b'##vso[task.setvariable variable=a]b', b'##[error]pwned', b'x ##[warning]pwned', b"##teamcity[x 'y']",
    b'\x1b[31mred\x1b[0m', b'\x1b]0;title\x07', b'a\x08\x08b', b'\x7f', '\u009b31m'.encode(), '\u202etxt.exe'.encode(),
    '\u2066a\u2069'.encode(), '\u200b\ufeff'.encode(), b'\xff\xfe\x80', '\ufffe\uffff'.encode(), b'\x01\x02\x0b\x0c',
    b'[link](http://evil.example/)', b'a](1)', b'{0} {1} {9999}', b'<script>alert(1)</script>', b'"><x y="', b']]>',
    b'&lt;&amp;&#1;', b'# SKIP nothing', b'# TODO later', b'ok 1', b'Bail out!', b'...', b'---', b'%0A::error::x',
    b'a,title=b:c%', b'`code` **b** | c', b'a\r\n ::error::folded', b'\tok 2 - x',
]


def hostile_capture(suite):
    folder = suite.folder('ci')
    path = folder / 'hostile.pcap'
    messages = []
    for i, words in enumerate(HOSTILE):
        messages.append(request(2 * i, date=words))
        value = words.replace(b'&', b'&amp;').replace(b'<', b'&lt;').replace(b'\r\n', b' ')
        body = (b'<?xml version="1.0" encoding="UTF-8"?>\r\n<Notify>\r\n<CmdType>Keepalive</CmdType>\r\n<SN>1</SN>\r\n'
                b'<DeviceID>' + value + b'</DeviceID>\r\n<Status>' + value + b'</Status>\r\n</Notify>\r\n')
        user = re.sub(rb'[^!-~]|[<>"]', b'', words) or b'x'
        messages.append(request(2 * i + 1, body=body, user=user))
    path.write_bytes(pcap(messages))
    return path


# ---- validators ----

def by_schema(suite, name, file):
    python = suite.python_with('jsonschema')
    done = suite.command([python, suite.tests / 'schema' / 'validate', suite.tests / 'schema' / name, file])
    check(done.returncode == 0, f'{file}: {text(done.stdout)[-2000:]}{text(done.stderr)[-2000:]}')


def github_takes(run):
    """What upload refuses, or shows nowhere, though it is SARIF."""
    rules = run['tool']['driver']['rules']
    check(len({r['id'] for r in rules}) == len(rules) <= 25000, 'rules')
    prints = set()
    for r in run['results']:
        check(rules[r['ruleIndex']]['id'] == r['ruleId'], f'ruleIndex of {r["ruleId"]}')
        for place in r['locations'] + r.get('relatedLocations', []):
            uri = place['physicalLocation']['artifactLocation']['uri']
            check(not uri.startswith(('/', './')), f'{uri} is not relative')
            region = place['physicalLocation']['region']
            check((region['startLine'], region['startColumn']) < (region['endLine'], region['endColumn']),
                  f'a region without extent: {region}')
        prints.add(r['partialFingerprints']['primaryLocationLineHash'])
    check(len(prints) == len(run['results']), 'two results have the same fingerprint')


def sarif_right(suite, file):
    by_schema(suite, 'sarif.schema.json', file)
    run = json.loads(file.read_bytes())['runs'][0]
    github_takes(run)
    return run


def gitlab_right(suite, file):
    by_schema(suite, 'gitlab.schema.json', file)
    items = json.loads(file.read_bytes())
    check(len({x['fingerprint'] for x in items}) == len(items), 'two items have the same fingerprint')
    return items


def junit_right(suite, file):
    if not shutil.which('xmllint'):
        raise Skip('no xmllint')
    done = suite.command(['xmllint', '--noout', '--relaxng', suite.tests / 'schema' / 'junit.rng', file])
    check(done.returncode == 0, text(done.stderr)[-2000:])
    root = ET.parse(file).getroot()[0]
    names = collections.Counter((c.get('classname'), c.get('name')) for c in root)
    check(max(names.values()) == 1, f'the same name twice: {names.most_common(1)}')
    of = collections.Counter(c[0].tag for c in root)
    want = {'tests': len(root), 'failures': of['failure'], 'errors': of['error'], 'skipped': of['skipped']}
    got = {k: int(root.get(k)) for k in want}
    check(want == got, f'the totals are {got}, the tests {want}')
    return root


def tap_right(suite, file):
    """(exit status of prove, lines of tests)"""
    if not shutil.which('prove'):
        raise Skip('no prove')
    done = suite.command(['prove', '--exec', 'cat', file])
    check('Parse errors' not in text(done.stdout) and 'Bad plan' not in text(done.stdout), text(done.stdout)[-2000:])
    lines = text(file.read_bytes()).split('\n')
    return done.returncode, [x for x in lines if re.match(r'(not )?ok ', x)]


COMMAND = re.compile(r'::(error|warning|notice) file=([^:,\n\r]*)(?:,line=(\d+))?,title=([a-z0-9-]+)::([^\n\r]+)')


def github_right(file):
    """Each line is a command as it must be, but for the last one, which does nothing."""
    lines = file.read_text(encoding='utf-8').split('\n')
    check(lines.pop() == '', 'the last line has no end')
    out = []
    for line in lines[:-1]:
        m = COMMAND.fullmatch(line)
        check(m, f'no annotation: {line}')
        check(not re.search(r'%(?!25|0D|0A|3A|2C)', line), f'a bare %: {line}')
        out.append(m.groups())
    check(re.match(r'\d+ errors?, ', lines[-1]), f'last line: {lines[-1]}')
    for level, n in collections.Counter(x[0] for x in out).items():
        check(n <= 10 + 2 * (level != 'warning'), f'{n} of level {level}')
    return out


def written(suite, name, command, *args, status=(0, 1, 3), env=None):
    """The finished process and a path for each format, all from one run."""
    folder = suite.folder('ci')
    files = {f: folder / f'{name}.{"xml" if f == "junit" else f}' for f in [*FORMATS, 'json']}
    for path in files.values():
        path.unlink(missing_ok=True)
    more = [x for f, path in files.items() for x in (f'--{f}', path)]
    return suite.call(command, *more, *args, status=status, env=env), files


# ---- do they agree ----

def agree(suite, files, status, fail_on='error'):
    """All of them say what the JSON report says."""
    report = json.loads(files['json'].read_bytes())
    findings = report['findings']
    run, items = sarif_right(suite, files['sarif']), gitlab_right(suite, files['gitlab'])
    suites, (proved, tap) = junit_right(suite, files['junit']), tap_right(suite, files['tap'])
    github_right(files['github'])

    def held(what, want, got):
        want, got = (sorted(map(str, x)) for x in (want, got))
        compare('\n'.join(want), '\n'.join(got), what)

    held('sarif', [(f['rule'], f['severity'], f['frame'], f['count']) for f in findings],
         [(r['ruleId'], r['level'], r['properties']['frame'], r.get('occurrenceCount', 1)) for r in run['results']])
    held('gitlab', [(f['rule'], f['frame'] or 1) for f in findings],
         [(x['check_name'], x['location']['lines']['begin']) for x in items
          if x['check_name'] != 'capture-incomplete'])
    bad = [f for f in findings if LEVELS.index(f['severity']) >= LEVELS.index(fail_on)]
    failed = [c for c in suites if c[0].tag == 'failure']
    held('junit', [f['rule'] for f in bad], [c.get('classname').rsplit('.', 1)[1] for c in failed])
    errors = [c for c in suites if c[0].tag == 'error']
    not_ok = [x for x in tap if x.startswith('not ok')]
    check(len(not_ok) == len(bad) + len(errors), f'tap: {len(not_ok)} not ok')
    check(len(tap) == len(suites), f'{len(tap)} tests in TAP, {len(suites)} in JUnit')
    check((proved != 0) == (status != 0), f'prove exits {proved}, gbscope {status}')
    check(run['invocations'][0]['executionSuccessful'] == (not errors), 'executionSuccessful')
    check(bool(errors) == any(x['severity'] == 'blocker' for x in items), 'gitlab: a blocker')
    broken = {(c['file'], f['rule']) for f in findings for i, c in enumerate(report['captures']) if f['capture'] == i}
    skipped = {tuple(c.get('classname').rsplit('.', 1)) for c in suites if c[0].tag == 'skipped'}
    check(not broken & skipped, f'findings, and nothing to check: {broken & skipped}')
    return run, items, suites, tap


def one_sample(suite, name):
    def run():
        for fail_on in LEVELS[1:]:
            done, files = written(suite, name, 'check', '--fail-on', fail_on, *PASSWORDS, f'samples/{name}.pcap')
            agree(suite, files, done.returncode, fail_on)
            for form in [*FORMATS, 'json']:     # one alone, to standard output, is the same
                alone = suite.call('check', '-f', form, '--fail-on', fail_on, *PASSWORDS, f'samples/{name}.pcap',
                                   status=done.returncode)
                compare(text(files[form].read_bytes()), text(alone.stdout), form)
        plain = suite.call('check', '--fail-on', fail_on, *PASSWORDS, f'samples/{name}.pcap')
        compare(text(plain.stdout), text(done.stdout), 'what check prints with files beside it')
    return Test(f'ci: {name}', run)


def several(suite):
    """Several captures, and `report`, whose own output is as without the files."""
    def run():
        names = [f'samples/{n}.pcap' for n in ('keepalive-lost', 'registration', 'play', 'catalog')]
        done, files = written(suite, 'several', 'report', '-f', 'ndjson', *PASSWORDS, *names)
        check(done.returncode == 0, 'report exits 0 whatever it finds')
        alone = suite.call('report', '-f', 'ndjson', *PASSWORDS, *names, status=0)
        compare(text(alone.stdout), text(done.stdout), 'ndjson with files beside it')
        run, _, suites, _ = agree(suite, files, 0)
        check(run['automationDetails']['id'] == 'gbscope/samples/keepalive-lost.pcap+3/', 'automationDetails')
        check(len(run['artifacts']) == 4, 'artifacts')
        check({c.get('classname').rsplit('.', 1)[0] for c in suites} == set(names), 'a class for each capture')
    return Test('ci: several captures', run)


def shared(suite, name):
    """On captures from elsewhere, hostile ones too: valid, and the same as the report."""
    def run():
        path = suite.need_shared() / 'captures' / name
        captures = sorted(p for p in path.rglob('*') if p.suffix in ('.pcap', '.pcapng', '.cap'))
        for capture in captures[:12]:
            done, files = written(suite, f'shared-{name}', 'check', capture)
            agree_abroad(suite, files, done.returncode)
    return Test(f'ci: captures/{name}', run)


def agree_abroad(suite, files, status):
    """These lie outside of the working directory: their URIs are absolute."""
    inside = files['sarif'].with_suffix('.inside.sarif')
    data = files['sarif'].read_text(encoding='utf-8').replace('"uri":"file:///', '"uri":"')
    inside.write_text(data, encoding='utf-8')
    agree(suite, {**files, 'sarif': inside}, status)


# ---- nothing to check, nothing read ----

def skips(suite):
    """A rule with nothing to look at is skipped; with a password or a body there, it is not."""
    def run():
        def answers(*args):
            _, files = written(suite, 'skips', 'check', *args)
            return {c.get('classname').rsplit('.', 1)[1]: c[0].tag for c in junit_right(suite, files['junit'])}

        got = answers('samples/registration.pcap')
        for rule in ('auth-response-mismatch', 'mansrtsp-version', 'sdp-version', 'tcp-gap', 'gb-keepalive-gap'):
            check(got[rule] == 'skipped', f'{rule}: {got[rule]}')
        for rule in ('sip-cseq-method', 'manscdp-field-missing', 'register-cseq', 'auth-nc-invalid'):
            check(got[rule] == 'system-out', f'{rule}: {got[rule]}')
        about = {'catalog': 'catalog-parent-unknown', 'broadcast': 'gb-broadcast-no-invite', 'play': 'gb-device-bye',
                 'position': 'gb-subscription-481', 'certificate': 'gb-certificate-random'}
        notices = ('gb-alarm-not-reset', 'gb-snapshot-count', 'gb-upgrade-failed', 'gb-upload-not-fetched')
        for rule in (*(r for s, r in about.items() if s not in ('catalog', 'certificate')), *notices):
            check(got[rule] == 'skipped', f'{rule}: {got[rule]}')
        for rule in notices:
            check(answers('samples/notices.pcap')[rule] == 'system-out', f'{rule} of samples/notices.pcap')
        for sample, rule in about.items():
            check(answers(f'samples/{sample}.pcap')[rule] == 'system-out', f'{rule} of samples/{sample}.pcap')
        got = answers(*PASSWORDS, 'samples/registration.pcap')
        check(got['auth-response-mismatch'] == 'system-out', 'a known password, and the response was not checked')
        got = answers('samples/play.pcap')
        check(got['sdp-version'] == 'system-out' and got['register-cseq'] == 'skipped', 'of a call')
        known = {x.split()[2] for x in text(suite.call('rules', '-q').stdout).splitlines()}
        check(known == set(got) - {'capture'}, f'not all rules: {known ^ set(got)}')
    return Test('ci: a rule without a subject is skipped', run)


def incomplete(suite):
    def run():
        folder = suite.folder('ci')
        cut = folder / 'cut.pcap'
        cut.write_bytes((suite.top / 'samples' / 'registration.pcap').read_bytes()[:-5])
        empty = folder / 'empty.pcap'
        empty.write_bytes(pcap([]))
        for name, path, allow in (('cut', cut, '--allow-incomplete'), ('empty', empty, '--allow-empty')):
            for more, status in ((), 3), ((allow,), 0):
                out = {f: folder / f'{name}.{f}' for f in [*FORMATS, 'json']}
                flags = [x for f, p in out.items() for x in (f'--{f}', p)]
                done = suite.call('check', *flags, *more, path.name, status=status, cwd=folder)
                agree(suite, out, done.returncode)
                run = json.loads(out['sarif'].read_bytes())['runs'][0]
                notes = run['invocations'][0]['toolExecutionNotifications']
                check([n['level'] for n in notes] == ['error' if status else 'note'], f'{name}: {notes}')
                said = github_right(out['github'])
                check(('error' if status else 'notice', 'capture-incomplete') in {(x[0], x[3]) for x in said}, said)
    return Test('ci: what was not read is not clean', run)


def exits(suite):
    def run():
        args = [*PASSWORDS, 'samples/wrong-password.pcap']
        suite.call('check', *args, status=1)
        done = suite.call('check', '--exit-zero', *args, status=0)
        check(text(done.stdout).endswith('2 errors, 0 warnings, 6 notes in 6 messages\n'), 'the findings are told')
        suite.call('check', '--exit-zero', 'no-such.pcap', status=2)
        folder = suite.folder('ci')
        cut = folder / 'cut-findings.pcap'
        cut.write_bytes((suite.top / 'samples' / 'wrong-password.pcap').read_bytes()[:-5])
        suite.call('check', *PASSWORDS, cut, status=1)
        suite.call('check', '--exit-zero', *PASSWORDS, cut, status=3)
    return Test('ci: --exit-zero forgives findings only', run)


# ---- files ----

def files_beside(suite):
    def run():
        folder = suite.folder('ci-files')
        for p in folder.iterdir():
            p.unlink()
        a, b = folder / 'a', folder / 'b'
        done = suite.call('check', '--sarif', a, '--tap', a, 'samples/play.pcap', status=2)
        check('two formats' in text(done.stderr) and not a.exists(), 'two formats in one file')
        suite.call('check', '-o', a, '--tap', a, 'samples/play.pcap', status=2)
        suite.call('check', '--sarif', '/dev/null', '--tap', '/dev/null', 'samples/play.pcap', status=0)
        a.write_text('before')
        suite.call('check', '--sarif', a, '--tap', folder / 'no' / 'where', 'samples/play.pcap', status=2)
        suite.call('check', '--sarif', a, 'no-such.pcap', status=2)
        check(a.read_text() == 'before', 'trouble, yet what was there is gone')
        if os.path.exists('/dev/full'):
            done = suite.call('check', '--sarif', a, '--tap', '/dev/full', 'samples/play.pcap', status=2)
            check(len(text(done.stderr).splitlines()) == 1, 'disk full: not one line on stderr')
            sarif_right(suite, a)
        suite.call('check', '-o', b, '--sarif', a, 'samples/play.pcap', status=0)
        check(sorted(p.name for p in folder.iterdir()) == ['a', 'b'], 'left a file behind')
        check(text(b.read_bytes()).endswith(' messages\n'), '-o with a file beside it')
        done = suite.call('check', '-f', 'xml', 'no-such.pcap', status=2)
        check('--format' in text(done.stderr), 'a format that is none')
        done = suite.call('report', '-f', 'sarif', 'samples/play.pcap', status=2)
    return Test('ci: files beside', run)


def paths(suite):
    """As a code host knows the file: from the working directory."""
    def run():
        here = suite.place
        odd = here / 'samples' / 'a b,c%:d#1.pcap'
        shutil.copyfile(here / 'samples' / 'keepalive-lost.pcap', odd)
        rows = [('samples/keepalive-lost.pcap', 'samples/keepalive-lost.pcap', 'samples/keepalive-lost.pcap'),
                ('././/samples/keepalive-lost.pcap', 'samples/keepalive-lost.pcap', 'samples/keepalive-lost.pcap'),
                (f'{here}/samples/keepalive-lost.pcap', 'samples/keepalive-lost.pcap', 'samples/keepalive-lost.pcap'),
                (f'samples/{odd.name}', f'samples/{odd.name}', 'samples/a%20b%2Cc%25%3Ad%231.pcap'),
                ('-', '-', '-')]
        data = odd.read_bytes()
        for given, path, uri in rows:
            folder = suite.folder('ci')
            out = {f: folder / f'paths.{f}' for f in FORMATS}
            suite.call('check', *[x for f, p in out.items() for x in (f'--{f}', p)], given, data=data)
            run = sarif_right(suite, out['sarif'])
            check(run['artifacts'][0]['location']['uri'] == uri, f'{given}: {run["artifacts"]}')
            check(all(r['locations'][0]['physicalLocation']['artifactLocation']['uri'] == uri
                      for r in run['results']), f'{given}: uri')
            check({x['location']['path'] for x in gitlab_right(suite, out['gitlab'])} == {path}, f'{given}: gitlab')
            want = path.replace('%', '%25').replace(':', '%3A').replace(',', '%2C')
            check({x[1] for x in github_right(out['github'])} == {want}, f'{given}: github')
            tap_right(suite, out['tap'])
            junit_right(suite, out['junit'])
        odd.unlink()
        run = json.loads(suite.call('check', '-f', 'sarif', f'{here}/samples/keepalive-lost.pcap', cwd='/').stdout)['runs'][0]
        check(not run['artifacts'][0]['location']['uri'].startswith(('/', 'file:')), 'from the root')
        run = json.loads(suite.call('check', '-f', 'sarif', f'{here}/samples/keepalive-lost.pcap',
                                    cwd=suite.folder('ci')).stdout)['runs'][0]
        check(run['artifacts'][0]['location']['uri'].startswith('file:///'), 'from elsewhere')
    return Test('ci: paths', run)


def many(suite):
    """More than a code host takes: the worst first, and it is said how many are not there."""
    def run():
        path = suite.folder('ci') / 'many.pcap'
        # Each draws a note on its Date; the last ones an error on their method, too.
        messages = [request(i, date=b'never') for i in range(26000)]
        messages += [request(26000 + i).replace(b'CSeq: 20 MESSAGE', b'CSeq: 20 NOTIFY') for i in range(20)]
        path.write_bytes(pcap(messages))
        done, files = written(suite, 'many', 'check', '--all-findings', path)
        check(done.returncode == 1, 'errors')
        report = json.loads(files['json'].read_bytes())
        total = sum(report['summary']['findings'].values())
        check(total > 26000, f'{total} findings')
        run = json.loads(files['sarif'].read_bytes())['runs'][0]
        check(len(run['results']) == 25000, f'{len(run["results"])} results')
        order = [LEVELS.index(r['level']) for r in run['results']]
        check(order == sorted(order, reverse=True), 'not the worst first')
        errors = report['summary']['findings']['error']
        check(order.count(2) == errors >= 20, 'not all errors')
        note, = run['invocations'][0]['toolExecutionNotifications']
        check(f'{total - 25000} more' in note['message']['text'], note)
        check(len(json.loads(files['gitlab'].read_bytes())) == 25001, 'gitlab')
        root = junit_right(suite, files['junit'])
        check(f'{total - 25000} more' in root[-1][0].text, 'junit')
        said = github_right(files['github'])
        check(collections.Counter(x[0] for x in said)['error'] == 10, 'github: ten of a level')
        check(f'; {total - len(said)} are not annotated' in files['github'].read_text(), 'github: and the others')
    return Test('ci: more findings than a code host takes', run)


def step_summary(suite):
    def run():
        page = suite.folder('ci') / 'summary.md'
        page.write_text('before\n')
        env = {'GITHUB_STEP_SUMMARY': str(page)}
        args = [*PASSWORDS, 'samples/wrong-password.pcap']
        suite.call('check', *args, env=env)
        check(page.read_text() == 'before\n', 'written without being asked')
        suite.call('check', '-f', 'github', *args, env=env, status=1)
        said = page.read_text()
        check(said.startswith('before\n### gbscope: 2 errors, 0 warnings, 6 notes in 6 messages\n\n- error '
                              '`samples/wrong-password.pcap` frame 3: `the digest response of '), said)
        suite.call('check', '-f', 'github', *args, env={'GITHUB_STEP_SUMMARY': ''}, status=1)
        suite.call('check', '-f', 'github', *args, env={'GITHUB_STEP_SUMMARY': '/no/where'}, status=2)
        suite.call('check', '-f', 'github', hostile_capture(suite), env=env)
        for line in page.read_text(encoding='utf-8').splitlines():
            rest = re.sub(r'`[^`]+`', 'X', line)
            check(re.fullmatch(r'before|(### gbscope: .*)?|- (error|warning|note) X frame \d+: X \([a-z0-9-]+\)|'
                               r'- and \d+ more', rest), f'not ours: {line}')
    return Test('ci: the page of a step', run)


def transcript(suite):
    """Its lines are where SARIF points to, and no two runs of one test have other ones."""
    def run():
        folder = suite.folder('ci-transcript')
        data = (suite.top / 'samples' / 'wrong-password.pcap').read_bytes()
        # The same length, so that the frames stay as they are: another Call-ID, branch and nonce.
        first = re.search(rb'Call-ID: (\S+)\r\n', data)[1]
        again = data.replace(first, first[::-1]).replace(b'branch=z9hG4bK', b'branch=z9hG4bX')
        check(again != data, 'nothing changed')
        said = []
        for name, content in (('one', data), ('two', again)):
            capture = folder / f'{name}.pcap'
            capture.write_bytes(content)
            out = suite.folder('ci') / f'{name}.sarif'
            suite.call('check', '--sarif-locate', 'transcript', '--sarif', out, '-p',
                       suite.place / 'samples' / 'passwords.txt', capture.name, cwd=folder, status=(0, 1))
            said.append((folder / f'{name}.pcap.sip.txt').read_text(encoding='utf-8'))
        check(re.search(r'Call-ID: {call-id-1}\n', said[0]) and 'response="<32 octets>"' in said[0], said[0])
        check(first.decode() not in said[0], 'a Call-ID')
        compare(said[0], said[1], 'the transcript of the second run')
        lines = said[0].split('\n')
        run = sarif_right(suite, suite.folder('ci') / 'one.sarif')
        want = {'sip.Authorization': 'Authorization: ', 'sip.Date': 'Date: ', 'sip.r-uri.user': 'REGISTER '}
        for r in run['results']:
            place = r['locations'][0]['physicalLocation']
            check(place['artifactLocation']['uri'] == 'one.pcap.sip.txt', place)
            line = lines[place['region']['startLine'] - 1]
            begin = want[r['properties']['field']]
            check(line.startswith(begin) and place['region']['endColumn'] == len(line) + 1, f'{r}: {line}')
        for path in (hostile_capture(suite), suite.top / 'samples' / 'play.pcap'):
            capture = folder / path.name
            shutil.copyfile(path, capture)
            out = suite.folder('ci') / 'transcript.sarif'
            suite.call('check', '--all-findings', '--sarif-locate', 'transcript', '--sarif', out, capture.name,
                       cwd=folder, status=(0, 1))
            text_of = capture.with_suffix('.pcap.sip.txt').read_bytes()
            inert('transcript', text_of)
            total = text_of.count(b'\n')
            for r in sarif_right(suite, out)['results']:
                check(r['locations'][0]['physicalLocation']['region']['startLine'] <= total, 'beyond its end')
        done = suite.call('check', '--sarif-locate', 'transcript', '-', data=data, status=2)
        check(b'transcript' in done.stderr, text(done.stderr))
        suite.call('check', '--sarif-locate', 'transcript', '/no/such.pcap', status=2)
    return Test('ci: transcripts', run)


# ---- what a capture wants ----

# Not at the beginning of a line, blanks before it or not; and not anywhere.
LINE_COMMAND = re.compile(r'^\s*::(?!error |warning |notice )[a-zA-Z-]*[g-zG-Z]', re.M)
ACTS = re.compile(r'##(vso)?\[|##teamcity', re.I)
UNSEEN = re.compile('[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]')


def inert(name, data):
    said = data.decode('utf-8')     # strictly
    for what, pattern in (('a command', LINE_COMMAND), ('a command', ACTS), ('a control character', UNSEEN)):
        m = pattern.search(said)
        check(not m, m and f'{name}: {what}: {said[max(0, m.start() - 80):m.end() + 80]!r}')


def strings(value):
    if isinstance(value, str):
        yield value
    for x in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings(x)


def hostile(suite, form):
    def run():
        path = hostile_capture(suite)
        _, files = written(suite, f'hostile-{form}', 'check', '--all-findings', path)
        data = files[form].read_bytes()
        inert(form, data)
        hit = [w for w in (b'task.setvariable', b'evil.example', b'stop-commands', b'TODO later') if w in data]
        check(form == 'github' or len(hit) >= 3, f'the capture says nothing here: {hit}')
        if form == 'sarif':
            run = sarif_right(suite, agreeable(files[form]))
            for s in strings([r['message'] for r in run['results']]):
                check(not re.search(r'\]\(|\{\d', s), f'a link or a place in a message: {s}')
                check(not UNSEEN.search(s), f'a control character: {s!r}')
            check('markdown' not in json.dumps(run['results']), 'Markdown of a capture')
        elif form == 'gitlab':
            for s in strings(gitlab_right(suite, files[form])):
                check(not UNSEEN.search(s), f'a control character: {s!r}')
        elif form == 'junit':
            for c in junit_right(suite, files[form]):
                inert('junit', ''.join([*c.attrib.values(), *c.itertext()]).encode())
        elif form == 'tap':
            _, lines = tap_right(suite, files[form])
            root = junit_right(suite, files['junit'])
            skipped = [x for x in lines if re.search(r'(?<!\\)#', x)]
            check(len(skipped) == sum(c[0].tag == 'skipped' for c in root), 'directives of a capture')
            for line in text(data).split('\n'):
                check(re.match(r'TAP version 13$|1\.\.\d+$|(not )?ok \d+ - |  |$', line), f'not ours: {line}')
        else:
            github_right(files[form])
    return Test(f'ci: a hostile capture in {form}', run)


def agreeable(file):
    """Its own places, made relative."""
    out = file.with_suffix('.inside.sarif')
    out.write_text(file.read_text(encoding='utf-8').replace('"uri":"file:///', '"uri":"'), encoding='utf-8')
    return out


def hostile_text(suite):
    """The other outputs land on the same logs."""
    def run():
        path = hostile_capture(suite)
        for args in (('check', '--all-findings'), ('report', '-f', 'text'), ('list',), ('report', '-f', 'json'),
                     ('report', '-f', 'ndjson'), *(('show', str(i + 1)) for i in range(2 * len(HOSTILE)))):
            data = suite.call(*args, path).stdout
            if 'json' in args or 'ndjson' in args:
                said = data.decode('utf-8')
                check(not LINE_COMMAND.search(said) and not ACTS.search(said), f'{args}: a command')
            else:
                inert(' '.join(args), data)
    return Test('ci: a hostile capture in the other outputs', run)


def rejects(suite):
    """Validators that take anything would prove nothing."""
    def run():
        _, files = written(suite, 'rejects', 'check', *PASSWORDS, 'samples/wrong-password.pcap')
        sarif, items = json.loads(files['sarif'].read_bytes()), json.loads(files['gitlab'].read_bytes())
        xml, tap = files['junit'].read_text(), files['tap'].read_text()
        folder = suite.folder('ci')

        def refused(what, right, name, value):
            path = folder / f'wrong-{name}'
            path.write_text(value if isinstance(value, str) else json.dumps(value))
            try:
                right(suite, path)
            except Failure:
                return
            raise Failure(f'passed: {what}')

        def changed(document, *steps):
            out = json.loads(json.dumps(document))
            at = out
            for key in steps[:-2]:
                at = at[key]
            if steps[-1] is None:
                del at[steps[-2]]
            else:
                at[steps[-2]] = steps[-1]
            return out

        place = ('runs', 0, 'results', 0, 'locations', 0, 'physicalLocation')
        for steps in ((*place, 'region', 'startLine', None), (*place, 'region', 'startLine', 0),
                      (*place, 'artifactLocation', 'uri', '/tmp/x'), ('version', '2.0.0'),
                      ('runs', 0, 'results', 0, 'mesage', {'text': 'x'}), ('runs', 0, 'results', 0, 'ruleIndex', 1),
                      ('runs', 0, 'results', 0, 'partialFingerprints', None),
                      ('runs', 0, 'tool', 'driver', 'rules', 0, 'help', None)):
            refused(steps, sarif_right, 'sarif', changed(sarif, *steps))
        for steps in ((0, 'location', 'path', './x'), (0, 'location', 'lines', 'begin', 0), (0, 'severity', 'error'),
                      (0, 'fingerprint', items[1]['fingerprint'])):
            refused(steps, gitlab_right, 'gitlab', changed(items, *steps))
        for old, new in (('failures="2"', 'failures="1"'), ('<failure ', '<failure file="x" '),
                         ('<testsuites>', '<testsuites>\x01')):
            refused(new, junit_right, 'junit.xml', xml.replace(old, new, 1))
        refused('a plan too long', tap_right, 'tap', re.sub(r'1\.\.(\d+)', r'1..9\1', tap))
    return Test('ci: what is wrong does not pass', run)


# ---- the page ----

def recipes(suite):
    """The commands in the YAML of docs/ci.md, run as the services do, write what the next steps read."""
    def run():
        page = (suite.top / 'docs' / 'ci.md').read_text(encoding='utf-8')
        seen = 0
        for block in re.findall(r'^```yaml\n(.*?)^```', page, re.M | re.S):
            place = suite.folder('ci-recipe')
            (place / 'captures').mkdir(exist_ok=True)
            shutil.copyfile(suite.top / 'samples' / 'registration.pcap', place / 'captures' / 'device.pcap')
            for path in place.glob('*.*'):
                path.unlink()
            lines = [re.sub(r'^ *(- )?', '', x) for x in block.splitlines()
                     if re.match(r' *(- )?(\(umask|gbscope )', x)]
            script = '\n'.join(['set -e', f'gbscope() {{ "{suite.program}" "$@"; }}', *lines])
            secret = '34020000001320000003:34020000:12345678'
            done = suite.command(['sh', '-c', script], cwd=place, env={'PASSWORDS': secret, 'SIP_PASSWORDS': secret})
            check(done.returncode == 0 and not done.stderr, f'{script}\n{text(done.stderr)}')
            for name in re.findall(r'(?:sarif_file|junit|codequality): (\S+)', block):
                check((place / name).stat().st_size > 0, name)
                seen += 1
            check(b'no password is known' not in done.stdout, 'the passwords are not used')
        check(seen == 3, f'{seen} files')
    return Test('ci: the recipes of docs/ci.md', run)


def tests(suite):
    samples = sorted(p.stem for p in (suite.top / 'samples').glob('*.pcap'))
    return [one_sample(suite, n) for n in samples] \
        + [hostile(suite, f) for f in FORMATS] \
        + [hostile_text(suite), several(suite), shared(suite, 'sip'), shared(suite, 'gb28181'), skips(suite),
           incomplete(suite), exits(suite), files_beside(suite), paths(suite), many(suite), step_summary(suite), transcript(suite),
           recipes(suite), rejects(suite)]
