"""inputs - what users hand over, and what comes back: exit statuses, secrets, the same bytes each time."""
import hashlib
import json
import os
import re
import struct
import threading

import flow as flowlang
import variants

from .base import Test, check, compare, text

HEADER = struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1)


def sample(suite, name='registration'):
    return (suite.top / 'samples' / f'{name}.pcap').read_bytes()


def user0(suite):
    """The same capture, of a link type that nobody knows."""
    data = sample(suite)
    return data[:20] + struct.pack('<I', 147) + data[24:]


# name, bytes of the capture, exit status of report, of check
CAPTURES = [
    ('empty file', lambda s: b'', 2, 2),
    ('one octet', lambda s: b'\xd4', 2, 2),
    ('text', lambda s: b'REGISTER sip:example.com SIP/2.0\r\n\r\n' * 9, 2, 2),
    ('gzip', lambda s: b'\x1f\x8b\x08\0\0\0\0\0\0\x03' + bytes(64), 2, 2),
    ('header alone', lambda s: HEADER, 0, 3),
    ('header cut', lambda s: HEADER[:23], 2, 2),
    ('no SIP in it', lambda s: HEADER + struct.pack('<IIII', 1, 0, 60, 60) + bytes(60), 0, 3),
    ('last record cut', lambda s: sample(s)[:-5], 3, 3),
    ('record header cut', lambda s: HEADER + b'\1\0\0\0\2\0', 3, 3),
    ('record longer than the file', lambda s: HEADER + struct.pack('<IIII', 1, 0, 200000, 200000),
     3, 3),
    ('record of 4 GiB', lambda s: HEADER + struct.pack('<IIII', 1, 0, 2**32 - 1, 2**32 - 1), 3, 3),
    ('unknown link type', user0, 3, 3),
    ('whole', sample, 0, 0),
]


def one_capture(suite, name, make, report, verdict):
    def run():
        path = suite.folder('inputs') / (name.replace(' ', '-') + '.pcap')
        path.write_bytes(make(suite))
        for command, status in (('report', report), ('check', verdict)):
            done = suite.call(command, path, status=status)
            if status == 2:
                check(not done.stdout, f'{command}: trouble, yet something on stdout')
                lines = text(done.stderr).splitlines()
                check(len(lines) == 1 and str(path) in lines[0],
                      f'{command}: not one line that names the file: {lines}')
            if (command, status, report) == ('check', 3, 0):
                check('in 0 messages' in text(done.stdout), 'check: no SIP, and it does not say so')
            elif status == 3:
                check(done.stderr, f'{command}: incomplete, and stderr does not say why')
        if report == 3:
            suite.call('report', '--allow-incomplete', path, status=0)
            check(suite.report(path)['complete'] is False, '"complete" is not false')
        if (report, verdict) == (0, 3):
            suite.call('check', '--allow-empty', path, status=0)
    return Test(f'input: {name}', run)


def boundaries(data):
    """Where a capture may end without anybody noticing."""
    at, out = 24, {24}
    while at < len(data):
        at += 16 + struct.unpack('<I', data[at + 8:at + 12])[0]
        out.add(at)
    return out


def prefixes(suite):
    """A capture that stops anywhere is read up to there, and one line says so."""
    def run():
        data = sample(suite)
        path = suite.folder('inputs') / 'prefix.pcap'
        ends, before = boundaries(data), 0
        for size in [*range(26), *range(26, len(data), 61 if suite.wrap else 1), len(data)]:
            path.write_bytes(data[:size])
            status = 2 if size < 24 else 0 if size in ends else 3
            done = suite.call('report', '-f', 'json', path, status=status)
            lines = text(done.stderr).splitlines()
            check(len(lines) == (status != 0) and all(str(path) in x for x in lines),
                  f'{size} octets: stderr says {lines}')
            if status == 2:
                check(not done.stdout, f'{size} octets: something on stdout')
                continue
            report = json.loads(done.stdout)
            check(report['complete'] is (status == 0), f'{size} octets: complete is wrong')
            messages = report['summary']['messages']
            check(messages >= before, f'{size} octets: {messages} messages, {before} with less')
            before = messages
        check(before == 6, f'{before} messages in the whole')
    return Test('input: a capture cut anywhere', run)


def odd_files(suite):
    """What is no file with a capture draws one line; what is no file but holds one is read."""
    def run():
        folder = suite.folder('odd')
        unreadable = folder / 'unreadable.pcap'
        unreadable.write_bytes(sample(suite))
        unreadable.chmod(0)
        names = [folder, folder / 'missing.pcap', '/dev/null', unreadable / 'below', '-']
        if os.access(unreadable, os.R_OK) is False:
            names.append(unreadable)
        for name in names:
            for command in ('report', 'check', 'list'):
                done = suite.call(command, name, status=2)
                lines = text(done.stderr).splitlines()
                check(len(lines) == 1 and str(name) in lines[0] and not done.stdout,
                      f'{command} {name}: {lines}')
        unreadable.chmod(0o600)

        fifo = folder / 'fifo'
        if not fifo.exists():
            os.mkfifo(fifo)
        writer = threading.Thread(target=fifo.write_bytes, args=(sample(suite),))
        writer.start()
        there = suite.call('report', '-f', 'text', 'samples/registration.pcap', status=0).stdout
        here = suite.call('report', '-f', 'text', fifo, status=0).stdout
        writer.join()
        compare(text(there).replace('samples/registration.pcap', str(fifo)), text(here), 'by a FIFO')
    return Test('input: directory, device, FIFO, nothing', run)


def standard_input(suite):
    def run():
        data = sample(suite)
        args = ('report', '-f', 'json', '-p', 'samples/passwords.txt')
        there = text(suite.call(*args, 'samples/registration.pcap', status=0).stdout)
        here = text(suite.call(*args, '-', status=0, data=data).stdout)
        there = re.sub(r'"samples\\?/registration\.pcap"', '"-"', there)
        compare(there, here, 'by a pipe')
    return Test('input: by a pipe', run)


def outputs(suite):
    def run():
        folder = suite.folder('outputs')
        target = folder / 'report.json'
        target.write_text('what was there before')
        want = suite.call('report', '-f', 'json', 'samples/catalog.pcap', status=0).stdout
        done = suite.call('report', '-f', 'json', '-o', target, 'samples/catalog.pcap', status=0)
        check(not done.stdout, '-o, yet something on stdout')
        check(target.read_bytes() == want, '-o writes something else than stdout gets')
        check(sorted(p.name for p in folder.iterdir()) == ['report.json'], 'left a file behind')

        target.write_text('what was there before')
        suite.call('report', '-o', target, 'no-such-file.pcap', status=2)
        check(target.read_text() == 'what was there before', 'trouble, yet the old report is gone')
        suite.call('report', '-o', folder / 'no' / 'where', 'samples/catalog.pcap', status=2)
        if os.path.exists('/dev/full'):
            done = suite.call('report', '-o', '/dev/full', 'samples/catalog.pcap', status=2)
            check(len(text(done.stderr).splitlines()) == 1, 'disk full: not one line on stderr')
        suite.call('report', '-o', '/dev/null', 'samples/catalog.pcap', status=0)
        for args in (['--help'], ['--version'], ['check', '--help'], ['rules']):
            if os.path.exists('/dev/full'):
                done = suite.command(['sh', '-c', '"$0" "$@" >/dev/full', suite.program, *args])
                check(done.returncode == 2 and len(text(done.stderr).splitlines()) == 1,
                      f'{args} to a full disk: {done.returncode}, {text(done.stderr)}')
    return Test('output: -o', run)


# what the file holds, exit status, what stderr must say
PASSWORDS = [
    ('right', b'34020000001320000003:34020000:12345678\n', 0, ''),
    ('BOM, CR, comment, empty line', b'\xef\xbb\xbf# x\r\n\r\n*:*:12345678\r\n', 0, ''),
    ('CSV', b'device_id,password,realm\r\n34020000001320000003,12345678,34020000\r\n', 0, ''),
    ('without a colon', b'*:*:a\nHiddenLine\n', 2, ':2'),
    ('one colon', b'Hidden:Line\n', 2, ':1'),
    ('empty', b'', 0, 'no passwords'),
    ('NUL octets', b'\0\0\0\0', 2, ':1'),
]


def one_passwords(suite, name, data, status, says):
    def run():
        path = suite.folder('passwords') / (name.replace(' ', '-') + '.txt')
        path.write_bytes(data)
        path.chmod(0o600)
        done = suite.call('report', '-p', path, 'samples/registration.pcap', status=status)
        err = text(done.stderr)
        check(says in err and (not err) == (not says), f'stderr says {err!r}')
        check('Hidden' not in err and 'Line' not in err, 'stderr quotes the line')
        if status == 0 and data:
            verified = suite.report('-p', path, 'samples/registration.pcap')['summary']['auth']
            check(verified['verified'] == 1, f'not verified: {verified}')
    return Test(f'passwords: {name}', run)


def readable(suite):
    def run():
        path = suite.folder('passwords') / 'readable.txt'
        path.write_text('*:*:12345678\n')
        path.chmod(0o644)
        done = suite.call('report', '-p', path, 'samples/registration.pcap', status=0)
        check(len(text(done.stderr).splitlines()) == 1, 'no warning, or more than one')
        path.chmod(0o600)
        done = suite.call('report', '-p', path, 'samples/registration.pcap', status=0)
        check(not done.stderr, 'a warning about a file that only its owner can read')
    return Test('passwords: a file that others can read draws one warning', run)


def md5(*parts):
    return hashlib.md5(':'.join(parts).encode()).hexdigest()


def secrets(suite):
    """Nothing that is known, and nothing secret that was captured, is ever written."""
    def run():
        flow = flowlang.load(suite.tests / 'flows' / 'secrets.flow')
        capture = suite.folder('secrets') / 'secrets.pcap'
        data, _ = variants.build(flow)
        capture.write_bytes(data)
        path = suite.folder('secrets') / 'passwords.txt'
        path.write_text('\n'.join(flow.settings['passwords']) + '\n')
        path.chmod(0o600)

        # what must not show: of the passwords file, and of the capture (all marked Secret in it)
        hidden = ['Secret', 'U2VjcmV0']
        for line in flow.settings['passwords']:
            user, realm, password = line.split(':', 2)
            hidden += [password, md5(user, realm, password)]
        for message in flowlang.messages(flow):
            for name, value in flowlang.headers_of(message.data)[1]:
                if name.lower() in ('authorization', 'authentication-info'):
                    params = flowlang.digest_params(value)
                    hidden += [params[n] for n in ('response', 'rspauth') if n in params]
        check(len(set(hidden)) >= 7, f'secrets.flow has too few secrets: {hidden}')

        verified = suite.report('-p', path, capture)['summary']['auth']
        check((verified['verified'], verified['mismatch']) == (1, 1), f'not as meant: {verified}')
        runs = [('report', '-f', f) for f in ('json', 'ndjson', 'text')] + [('check',), ('list',)]
        runs += [('show', str(i + 1)) for i in range(len(flow.blocks))]
        for args in runs:
            out = suite.call(*args, *(() if args[0] in ('show', 'list') else ('-p', path)), capture)
            for secret in hidden:
                check(secret.encode() not in out.stdout + out.stderr,
                      f'gbscope {" ".join(args)} shows {secret!r}')
    return Test('secrets: none is written', run)


def same_bytes(suite):
    """Whatever the zone, the locale, the folder and the day."""
    def run():
        names = [f'samples/{p.name}' for p in sorted((suite.place / 'samples').glob('*.pcap'))]
        for form in ('json', 'ndjson'):
            args = ('report', '-f', form, '-p', 'samples/passwords.txt')
            want = suite.call(*args, *names).stdout
            for env in ({'TZ': 'Asia/Shanghai'}, {'LC_ALL': 'C'}, {'LC_ALL': 'tr_TR.UTF-8'},
                        {'MALLOC_PERTURB_': '165'}, {}):
                compare(text(want), text(suite.call(*args, *names, env=env).stdout),
                        f'{form} with {env}')
        backwards = suite.report('-p', 'samples/passwords.txt', *names[::-1])
        check(len(backwards['captures']) == len(names), 'not all captures')
    return Test('same bytes out for same bytes in', run)


def tests(suite):
    return [one_capture(suite, *row) for row in CAPTURES] \
        + [one_passwords(suite, *row) for row in PASSWORDS] \
        + [prefixes(suite), odd_files(suite), standard_input(suite), outputs(suite), readable(suite),
           secrets(suite), same_bytes(suite)]
