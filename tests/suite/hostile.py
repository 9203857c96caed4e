"""hostile - captures made to hurt: right exit status, the innocent neighbours unharmed, the attack named.

The captures and the table come from the folder with reference captures; without it all is skipped. With
GBSCOPE_HOSTILE=full the floods are as large as the table has them, 600 MB in all, and hostile.tsv in the test
folder says what each capture took."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading

from .base import Failure, Skip, Test, check, text


def rows_of(suite):
    with open(suite.shared / 'hostile' / 'expected.tsv', encoding='utf-8') as f:
        lines = [x.rstrip('\n').split('\t') for x in f if not x.startswith('#')]
    return [dict(zip(lines[0], x)) for x in lines[1:]]


MAKING = threading.Lock()
SCALE = os.environ.get('GBSCOPE_HOSTILE', 'small')


def captures_of(suite, family):
    """The folder with the family's captures, and with all that their maker makes at once with them."""
    only = family[0]
    out = suite.work / f'hostile-{SCALE}-{only}'
    with MAKING:
        if not (out / 'done').exists():
            done = suite.command([sys.executable, suite.shared / 'hostile' / 'make_hostile.py', out,
                                  '--scale', SCALE, '--only', only], timeout=600)
            check(done.returncode == 0, text(done.stderr)[-2000:])
            (out / 'done').write_text('')
    return out


# What a sanitizer may cost: the table's bounds are those of a release build.
SANITIZED = 3


def allowance(suite):
    """How many times the bounds; none under a wrapper such as valgrind."""
    if suite.wrap:
        return None
    with open(suite.program, 'rb') as f:
        return SANITIZED if b'__asan_init' in f.read() else 1


# What a process held before it became another counts as memory of that too, and this one holds much.
SPAWN = """
import os, sys
null = (os.POSIX_SPAWN_OPEN, 1, '/dev/null', os.O_WRONLY, 0)
_, status, usage = os.wait4(os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[null]), 0)
print(os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
"""


def measured(suite, args, timeout=120, stdin=subprocess.DEVNULL):
    """(exit status, CPU seconds, MiB at most): a busy machine costs no CPU time."""
    with subprocess.Popen([sys.executable, '-I', '-S', '-c', SPAWN, *suite.wrap, suite.program, *map(str, args)],
                          cwd=suite.place, env=suite.env, stdin=stdin, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, start_new_session=True) as run:
        killer = threading.Timer(timeout * (20 if suite.wrap else 1), os.killpg, (run.pid, signal.SIGKILL))
        killer.start()
        said = run.communicate()[0].split()
        killer.cancel()
    if not said:
        return -signal.SIGKILL, timeout, 0
    return int(said[0]), float(said[1]), float(said[2])


def verified_calls(report):
    return {d['call_id'] for d in report['dialogs'] for t in d['transactions'] for a in t['auth']
            if a['verdict'] == 'verified'}


# What the table calls an event: the rules that say it.
EVENTS = {
    'sip.cseq': ['sip-cseq-invalid', 'sip-cseq-missing', 'sip-cseq-method', 'sip-header-repeated'],
    'sip.content_length': ['sip-content-length-more', 'sip-content-length-less',
                           'sip-content-length-invalid', 'sip-content-length-missing',
                           'sip-header-repeated', 'tcp-resync'],
    'sip.dup_header': ['sip-header-repeated'],
    'sip.bare_lf': ['sip-line-end'],
    'sip.bare_cr': ['sip-line-end', 'sip-control-octet'],
    'sip.control_char': ['sip-control-octet', 'sip-header-malformed'],
    'sip.too_many_headers': ['sip-headers-too-many'],
    'sip.missing_header': ['sip-to-missing', 'sip-from-missing', 'sip-cseq-missing',
                           'sip-call-id-missing', 'sip-call-id-invalid', 'sip-via-missing'],
    'sdp.syntax': ['sdp-line-malformed', 'sdp-line-missing', 'sdp-too-long', 'sdp-version',
                   'sdp-origin-invalid', 'sdp-connection-invalid', 'sdp-time-invalid',
                   'sdp-media-invalid', 'sdp-rtpmap-invalid', 'sdp-y-invalid'],
    'digest.dup_param': ['auth-param-repeated'],
    'ip.frag_overlap': ['net-overlap'],
    'tcp.overlap_conflict': ['net-overlap'],
    'tcp.gap': ['tcp-gap', 'tcp-resync'],
    'tcp.midstream': ['tcp-resync'],
    'capture.sliced': ['capture-cut'],
    'sip.body_too_large': ['message-too-long'],
    'xml.too_large': ['message-too-long'],
    'manscdp.dup_element': ['manscdp-field-repeated', 'manscdp-field-repeated-odd'],
    'manscdp.value': ['manscdp-field-type', 'manscdp-field-range', 'manscdp-deviceid-invalid', 'manscdp-command-unknown',
                      'manscdp-xml-malformed'],
    'xml.name': ['manscdp-root-unknown'],
    'manscdp.count': ['manscdp-count-mismatch', 'manscdp-field-range'],
}


# And those that are no finding on a message: what captures[].skipped counts them under, the bound in
# summary.limits, or a capture that is not complete.
INCOMPLETE = 'complete: false'
COUNTED = {
    'capture.truncated': [INCOMPLETE],
    'capture.bad_record': [INCOMPLETE, 'link header cut short'],
    'capture.bad_block': [INCOMPLETE],
    'capture.bad_interface': [INCOMPLETE],
    'capture.gzip_ratio': [INCOMPLETE],
    'capture.short': ['link header cut short'],
    'link.short': ['link header cut short'],
    'link.unsupported': ['unknown link type', 'broken or unknown tunnel'],
    'link.vlan_depth': ['too many VLAN tags'],
    'link.tunnel_depth': ['too many tunnels in each other'],
    'link.tunnel_short': ['broken or unknown tunnel'],
    'ip.short': ['IP header cut short'],
    'ip.bad_len': ['broken IP header'],
    'ip.bad_ihl': ['broken IP header'],
    'ip.bad_version': ['broken IP header'],
    'ip6.ext_chain': ['broken IP header'],
    'ip6.bad_ext': ['broken IP header'],
    'ip.frag_overlap': ['fragments that overlap as they must not'],
    'ip6.frag_overlap': ['fragments that overlap as they must not'],
    'ip.frag_oversize': ['fragment that cannot be used'],
    'ip.frag_empty': ['fragment that cannot be used'],
    'ip.frag_dup': ['FRAGMENT_PIECES', 'fragment of a packet that never became whole'],
    'ip.frag_evicted': ['FRAGMENT_SETS', 'FRAGMENT_BYTES'],
    'udp.short': ['broken UDP, TCP or SCTP header'],
    'tcp.short': ['broken UDP, TCP or SCTP header'],
    'tcp.bad_doff': ['broken UDP, TCP or SCTP header'],
    'tcp.hole_limit': ['STREAM_PENDING'],
    'tcp.flow_limit': ['STREAMS'],
    'tcp.memcap': ['STREAM_BYTES'],
}


def counted(report):
    """What a report says beside its findings, in the words of COUNTED."""
    out = set(report['summary']['limits'])
    for c in report['captures']:
        out.update(c['skipped'])
        if not c['complete']:
            out.add(INCOMPLETE)
    return out


def events(suite):
    """The table above; a name that a rule has for it in `also` needs no row."""
    out = {name: list(rules) for name, rules in EVENTS.items()}
    for path in sorted((suite.top / 'src').glob('rules*.def')):
        rows = re.findall(r'^R\((?:.|\n)*?"\)$', path.read_text(encoding='utf-8'), re.M)
        for row in rows:
            texts = re.findall(r'"((?:[^"\\]|\\.)*)"', row)
            for name in texts[-1].split():
                if '.' in name:
                    out.setdefault(name, []).append(texts[0])
    return out


# With a hundredth of the table's frames no limit is reached: status 0, and nothing to say.
TOO_FEW = ('n04_never_finish_100k.pcap', 'n04_never_finish_same_pair.pcap', 't02_holes_100k_one_flow.pcap',
           't02_holes_100k_reversed.pcap', 't02_holes_10k_flows.pcap', 't06_half_open_200k.pcap',
           't06_partial_message_200k.pcap') if SCALE == 'small' else ()

# Where our exit status is another one than the table's: it, and why.
ONE_STREAM = ('what one direction of one connection may hold behind a hole is a bound of size, no table: it is in '
              'summary.limits and changes no status, or each download that lost a packet at its start would')
STATUS = {
    't02_holes_100k_one_flow.pcap': (0, ONE_STREAM),
    't02_holes_100k_reversed.pcap': (0, ONE_STREAM),
    **{name: (0, 'so few reach no limit') for name in TOO_FEW},
}

# Where the event is not said, and why.
UNSAID = {
    **{name: 'so few reach no limit' for name in (
        *TOO_FEW, 't13_cl_1GiB_then_more.pcap', 's01_100k_headers_tcp.pcap',
        'x_attr_10MB.pcap', 'x_text_10MB.pcap', 'x_items_50k.pcap')
       if SCALE == 'small'},
    'x_attrs_100k.pcap': 'so many attributes are told as that, before their octets are counted',
    'x_sn_overflow.pcap': 'an SN has no bound in GB/T 28181 A.2.1.3, and devices send long ones',
    's08_two_authorization.pcap': 'Authorization may stand more than once (RFC 3261 7.3.1)',
    's04_bare_cr.pcap': 'without a line feed it is taken for no SIP at all',
}


def note(suite, row, want, got, seconds, mib):
    with MAKING, open(suite.work / 'hostile.tsv', 'a', encoding='utf-8') as f:
        print(row['file'], want, got, f'{seconds:.2f}', row['max_sec'], f'{mib:.0f}', row['max_rss_mib'],
              sep='\t', file=f)


def family_test(suite, family, rows):
    def run():
        folder, bad, times, said = captures_of(suite, family), [], allowance(suite), events(suite)
        secrets_file = suite.folder('hostile-passwords') / f'{family}.txt'
        secrets_file.write_text('*:*:12345678\n')
        secrets_file.chmod(0o600)
        for row in rows:
            path = folder / row['file']
            if not path.exists():       # only at full scale
                continue
            want = status = {'OK': 0, 'PARTIAL': 3, 'REJECT': 2}[row['exit_class']]
            status = STATUS.get(row['file'], (status,))[0]
            out = suite.folder('hostile-out') / (row['file'] + '.json')
            got, seconds, mib = measured(
                suite, ('report', '-f', 'json', '-p', secrets_file, '-o', out, path))
            if SCALE == 'full':
                note(suite, row, want, got, seconds, mib)
            if got != status:
                bad.append(f'{row["file"]}: status {got}, not {status}: {row["must"]}')
                continue
            if times is not None:
                if seconds > times * float(row['max_sec']):
                    bad.append(f'{row["file"]}: {seconds:.1f} s')
                if mib > times * float(row['max_rss_mib']):
                    bad.append(f'{row["file"]}: {mib:.0f} MiB')
            if status == 2:
                continue
            report = json.loads(out.read_text(encoding='utf-8'))
            for c in report['captures']:
                if c['frames'] != c['used'] + sum(c['skipped'].values()):
                    bad.append(f'{row["file"]}: the frames do not add up')
            verified = verified_calls(report)
            for which in ('good_before', 'good_after'):
                call = which.replace('_', '-') + '@gbscope.test'
                if row[which] == '1' and call not in verified:
                    bad.append(f'{row["file"]}: {call} is not verified')
            rules = () if row['file'] in UNSAID else \
                said.get(row['event'], []) + COUNTED.get(row['event'], [])
            if row['file'].startswith('x_') and row['event'] != '-' and row['file'] not in UNSAID:
                check(rules, f'{row["event"]}: no rule has this name')
            if rules and not any(rule in report['summary']['rules'] or rule in counted(report) for rule in rules):
                bad.append(f'{row["file"]}: {row["event"]} is not said')
            out.unlink()
            if SCALE == 'full':
                path.unlink()
        check(not bad, '\n'.join(bad))
    return Test(f'hostile {family}', run)


def tests(suite):
    if not (suite.shared / 'hostile' / 'make_hostile.py').exists():
        def skip():
            raise Skip('no folder with reference captures (GBSCOPE_SHARED)')
        return [Test('hostile captures', skip)]
    if SCALE == 'full':
        (suite.work / 'hostile.tsv').unlink(missing_ok=True)
        for folder in suite.work.glob('hostile-full-*'):
            shutil.rmtree(folder)
    families = {}
    for row in rows_of(suite):
        families.setdefault(row['file'].split('_')[0], []).append(row)
    return [family_test(suite, family, rows) for family, rows in families.items()]
