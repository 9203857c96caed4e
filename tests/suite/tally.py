"""tally - the report has every figure that the generator of captures counted when it wrote them.

GBSCOPE_SHARED/perf/gen.c makes captures of hundreds of devices, with a few faults on purpose, and prints how many of
what it wrote. Each figure is held against the report: against the member that says it, where there is one, and against
what is counted from the records. GBSCOPE_TALLY=full takes captures of 64 MiB."""
import collections
import json
import os
import subprocess
import threading

from .base import Skip, Test, check, compare

# name: (arguments of gen; of the full ones)
CAPTURES = {
    'signalling': (['-m', 'sig', '-s', '3M'], ['-m', 'sig', '-s', '64M']),
    'media': (['-m', 'mix', '-s', '8M', '-S', '2'], ['-m', 'mix', '-s', '64M', '-S', '2']),
    'faults': (['-m', 'sig', '-s', '2M', '-S', '3', '-d', '60', '-w', '20', '-t', '50', '-x', '15', '-c', '25', '-r', '20'],
               ['-m', 'sig', '-s', '32M', '-S', '3', '-d', '600', '-t', '50', '-x', '15', '-c', '25', '-r', '20']),
    'mixed faults': (['-m', 'mix', '-s', '4M', '-S', '4', '-d', '30', '-w', '30', '-t', '60', '-x', '10', '-c', '20', '-n'],
                     ['-m', 'mix', '-s', '48M', '-S', '4', '-d', '100', '-t', '60', '-x', '10', '-c', '20', '-n']),
}
# RTPLEN of gen, and what stands before it: RTP's own header, UDP's, IPv4's.
RTP, HEADERS = 1400, 12
BUILD = threading.Lock()


def generator(suite):
    source = suite.need_shared() / 'perf' / 'gen.c'
    if not source.exists():
        raise Skip(f'no generator of captures ({source})')
    program = suite.folder('tally') / 'gen'
    with BUILD:
        if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
            done = suite.command(['cc', '-O2', '-w', '-o', program, source, '-lcrypto'])
            if done.returncode:
                raise Skip('the generator of captures cannot be built')
    return program


def made(suite, name):
    """The capture, and what it holds."""
    full = os.environ.get('GBSCOPE_TALLY') == 'full'
    path = suite.folder('tally') / (name.replace(' ', '-') + ('-full' if full else '') + '.pcap')
    done = subprocess.run([generator(suite), *CAPTURES[name][full], '-o', path], capture_output=True, check=True)
    return path, json.loads(done.stdout)


def transactions(report):
    return [t for d in report['dialogs'] for t in d['transactions']]


def last_registers(report):
    """{device: status of the last answer to its last REGISTER}"""
    out = {}
    for d in report['dialogs']:
        if d['kind'] != 'registration':
            continue
        for t in d['transactions']:
            final = [r['status'] for r in t['responses'] if r['status'] >= 200 and r['status'] != 401]
            if final and t['request']:
                at = (t['request']['capture'], t['request']['frame'])
                out[d['from']['user']] = max(out.get(d['from']['user'], ((-1, -1), 0)), (at, final[-1]))
    return {device: status for device, (_, status) in out.items()}


def counted(report, messages):
    """Every figure of the generator's, from the records alone. messages: those of NDJSON."""
    done = transactions(report)
    credentials = [a for t in done for a in t['auth']]
    catalogs = [e for e in report['exchanges'] if e['CmdType'] == 'Catalog' and e['root'] == 'Query']
    last = collections.Counter(last_registers(report).values())
    split = [len(m['frames']) for m in messages if m['transport'] == 'udp' and len(m['frames']) > 1]
    return {
        'bytes': None, 'packets': sum(c['frames'] for c in report['captures']), 'sip_msgs': len(messages),
        'udp_dgrams': sum(m['transport'] == 'udp' for m in messages), 'ip_frags': sum(split),
        'callids': len({d['call_id'] for d in report['dialogs']}), 'registers_auth': len(credentials),
        'bad_pw': sum(a['verdict'] == 'mismatch' for a in credentials),
        'xml': sum(m['body'] is not None and m['body']['root'] in ('Query', 'Response', 'Notify', 'Control')
                   for m in messages if m['kind'] == 'request'),
        'registrations': last[200], 'refused': last[403], 'catalogs': len(catalogs),
        'catalogs_complete': sum(e['outcome'] == 'complete' for e in catalogs),
        'catalog_items': sum(e['received'] for e in catalogs),
        'keepalives': sum(m['kind'] == 'request' and (m['body'] or {}).get('CmdType') == 'Keepalive' for m in messages),
        'invites': sum(t['method'] == 'INVITE' for t in done),
        'methods': dict(collections.Counter(m['method'] for m in messages if m['kind'] == 'request')),
        'statuses': dict(collections.Counter(str(m['status']) for m in messages if m['kind'] == 'response'))}


def of_media(report):
    """What the records say of media; {} while there are none."""
    media = report['media']
    if not media:
        return {}
    return {'rtp': sum(m['packets'] for m in media), 'rtp_lost': sum(m['lost'] for m in media),
            'sessions_with_media': len({m['dialog'] for m in media})}


def number_at(thing, path):
    """The number at 'keepalives.total'; None where there is none."""
    for key in path.split('.'):
        thing = thing.get(key) if isinstance(thing, dict) else None
    return thing if isinstance(thing, (int, float)) and not isinstance(thing, bool) else None


def summarised(report):
    """The same figures from the summary alone; None: no member says it."""
    s = report['summary']
    skipped = report['captures'][0]['skipped']
    rtp = sum(n for why, n in skipped.items() if why.startswith('RTP'))
    auth = s['auth']
    return {
        'packets': s['frames'], 'sip_msgs': s['messages'],
        'udp_dgrams': s['transport']['datagrams'] - s['transport']['not_sip'],
        'tcp_segs': s['transport']['segments'] + skipped.get('TCP without data', 0),
        'tcp_ooo': s['transport']['out_of_order'], 'callids': s['dialogs'],
        'registers_auth': sum(auth.values()), 'bad_pw': auth['mismatch'], 'xml': sum(s['bodies'].values()),
        'rtp': number_at(s, 'media.packets') if 'media' in s else rtp if skipped else None,
        'rtp_lost': number_at(s, 'media.lost'), 'methods': s['methods'], 'statuses': s['statuses'],
        'invites': number_at(s, 'sessions.invites') if 'sessions' in s else s['methods'].get('INVITE', 0),
        'sessions_with_media': number_at(s, 'sessions.with_media'),
        'registrations': number_at(s, 'registrations.accepted'), 'refused': number_at(s, 'registrations.refused'),
        'keepalives': number_at(s, 'keepalives'), 'catalogs': number_at(s, 'exchanges.Catalog.asked'),
        'catalogs_complete': number_at(s, 'exchanges.Catalog.complete'),
        'catalog_items': number_at(s, 'exchanges.Catalog.items')}


def differences(want, got, of):
    return [f'{of}: {key}: {got[key]}, not {want[key]}' for key in sorted(want)
            if got.get(key) is not None and got[key] != want[key]]


def one(suite, name):
    def run():
        capture, want = made(suite, name)
        passwords = suite.folder('tally') / f'{capture.stem}.txt'
        passwords.write_text('*:*:12345678\n')
        passwords.chmod(0o600)
        report = suite.report('-p', passwords, capture, status=0, timeout=600)
        lines = suite.call('report', '-f', 'ndjson', '-p', passwords, capture, status=0, timeout=600).stdout.splitlines()
        messages = [m for m in map(json.loads, (x for x in lines if x.startswith(b'{"type":"message"')))]
        del lines
        got, short, media = counted(report, messages), summarised(report), of_media(report)
        wrong = differences(want, got, 'counted') + differences(want, short, 'summary') \
            + differences(want, media, 'media')
        check(not wrong, f'{capture}:\n' + '\n'.join(wrong))
        said = {key for of in (got, short, media) for key, value in of.items() if value is not None}
        unsaid = sorted(set(want) - said - {'file', 'bytes', 'media_bytes'})
        sizes(report, want)
        check(unsaid == ([] if media or not want['rtp'] else ['rtp_lost', 'sessions_with_media'])
              or not want['rtp'] and set(unsaid) <= {'rtp_lost', 'sessions_with_media'}, f'nothing says {unsaid}')
        faults(report, want)
    return Test(f'tally: {name}', run)


def sizes(report, want):
    """bytes: of the file, with its own headers; media_bytes: of RTP, with those of the file and of the link."""
    capture = report['captures'][0]
    head, each = (24, 16) if capture['format'] == 'pcap' else (48, 32)
    least = capture['bytes'] + head + each * capture['frames']
    check(least <= want['bytes'] <= least + 3 * capture['frames'] * (capture['format'] != 'pcap'),
          f'bytes: {capture["bytes"]} in {capture["frames"]} frames, not {want["bytes"]}')
    if report['media']:
        total = sum(m['bytes'] for m in report['media'])
        check(total in (want['rtp'] * RTP, want['rtp'] * (RTP - HEADERS)), f'media: {total} octets in {want["rtp"]} packets')


def faults(report, want):
    """What is wrong on purpose draws its rule, as often as it is there, and nothing else is loud."""
    loud = collections.Counter()
    for f in report['findings']:
        if f['severity'] == 'error':
            loud[f['rule']] += f['count']
    compare(str({k: v for k, v in {'auth-response-mismatch': want['bad_pw']}.items() if v}),
            str({k: v for k, v in loud.items() if not k.startswith('manscdp-response-incomplete')}), 'errors')
    lacking = report['summary']['rules'].get('manscdp-response-incomplete', 0)
    check(lacking == want['catalogs'] - want['catalogs_complete'], f'{lacking} catalogs are said to be incomplete')


def tests(suite):
    return [one(suite, name) for name in CAPTURES]
