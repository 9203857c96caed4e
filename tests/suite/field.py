"""field - captures of real GB/T 28181 stacks: the report tells what their programs' own logs told.

For each: the passwords, then each credential (frame, verdict, nonce, decision, agrees), each exchange with
its outcome, findings that must be there on a frame, and the only rules that may be errors."""
from .base import Skip, Test, check, compare

RIGHT = ('verified', 'challenged', 'accepted', True)

CAPTURES = {
    'exosip53-felix-udp-reg': {
        'password': '12345678', 'auth': [],
        'exchanges': [('Query', 'Catalog', 'refused')],
        'findings': [('auth-not-asked', 2), ('manscdp-request-refused', 4), ('manscdp-no-encoding', 3)]},
    'exosip53-lldd-tcp-wrong': {
        'password': '12345678',
        'auth': [(n, 'mismatch', 'challenged', 'rejected', True) for n in (8, 10, 12)], 'exchanges': [],
        'findings': [('auth-response-mismatch', 8), ('auth-loop', 13), ('sip-to-tag-missing', 6)],
        'errors': {'auth-response-mismatch'}},
    'exosip53-lldd-tcp-wrong ': {
        'password': 'notthepw',
        'auth': [(n, 'verified', 'challenged', 'rejected', False) for n in (8, 10, 12)], 'exchanges': [],
        'findings': [('auth-decision-differs', 9)]},
    'exosip53-lldd-udp-right': {
        'password': '12345678', 'auth': [(7, *RIGHT)], 'exchanges': [],
        'findings': [('sip-to-tag-missing', 6), ('sip-to-tag-missing', 8), ('auth-challenge-no-qop', 6)]},
    'libgb-udp-live-udp': {
        'password': '12345678', 'auth': [(9, *RIGHT)], 'exchanges': [],
        'findings': [('sip-host-unreachable', 14)]},
    'libgb-udp-playback-mansrtsp': {
        'password': '12345678', 'auth': [(5, *RIGHT)], 'exchanges': [],
        'findings': [('sip-host-unreachable', 9)]},
    'libgb-udp-queries': {
        'password': '12345678', 'auth': [(5, *RIGHT)],
        'exchanges': [('Query', 'Catalog', 'incomplete'), ('Query', 'PresetQuery', 'complete'),
                      ('Query', 'RecordInfo', 'complete')] + 5 * [('Control', 'DeviceControl', 'refused')],
        'findings': [('manscdp-response-incomplete', 11), ('sip-request-unanswered', 11),
                     ('manscdp-request-refused', 36), ('manscdp-request-refused', 24)]},
    'libgb-udp-subscribe': {
        'password': '12345678', 'auth': [(5, *RIGHT)],
        'exchanges': [('Notify', 'Alarm', 'complete')],
        'findings': [('auth-challenge-missing', 26)], 'errors': {'auth-challenge-missing'}},
    'sim445-lldd-udp-wrong': {
        'password': '123456',
        'auth': [(n, 'mismatch', 'unknown', 'rejected', True) for n in (1, 3)], 'exchanges': [],
        'findings': [('auth-nonce-unknown', 1), ('auth-nonce-unknown', 3)],
        'errors': {'auth-response-mismatch'}},
    'sim445-lldd-udp-wrong ': {
        'password': 'badpass',
        'auth': [(n, 'verified', 'unknown', 'rejected', False) for n in (1, 3)], 'exchanges': [],
        'findings': [('auth-nonce-unknown', 1)]},
    'sim445py-felix-udp-live': {
        'password': '123456', 'auth': [(6, 'verified', 'unknown', 'accepted', True)],
        'exchanges': [('Query', 'Catalog', 'complete')],
        'findings': [('auth-nonce-unknown', 6), ('manscdp-charset-mismatch', 12), ('sip-content-length-less', 12),
                     ('manscdp-xml-malformed', 12)],
        'errors': {'manscdp-xml-malformed'}},
}


# The bodies: (frame, root, CmdType, charset, verdict, what its fields draw); those not named are valid without a word.
# Each was read against the tables of commands.
ABSENT = {f'manscdp-field-absent /Response/DeviceList/Item[{n}]/{x}' for n in (1, 2)
          for x in ('ParentID', 'Parental', 'RegisterWay', 'Secrecy', 'Status')}
VENDOR = {f'manscdp-field-unknown /Response/DeviceList/Item[{n}]/{x}' for n in range(1, 7)
          for x in ('AlarmStatus', 'Online') if (n, x) != (6, 'AlarmStatus')}
BODIES = {
    'libgb-udp-queries': [
        (20, 'Response', 'PresetQuery', 'GB2312', 'valid', {'manscdp-count-mismatch /Response/SumNum'}),
        (29, 'Control', 'DeviceControl', 'ASCII', 'valid', {'manscdp-field-spelling /Control/IFameCmd'}),
        (35, 'Response', 'RecordInfo', 'ASCII', 'valid', {'manscdp-field-blank /Response/Name',
                                                         'manscdp-field-unknown /Response/Reason'}),
        (11, 'Response', 'Catalog', 'GB2312', 'valid', ABSENT)],
    'libgb-udp-subscribe': [
        (11, 'Notify', 'Catalog', 'GB2312', 'valid', set()),
        (17, 'Notify', 'MobilePosition', 'ASCII', 'valid', {'manscdp-field-absent /Notify/DeviceList/@Num',
                                                           'manscdp-field-blank /Notify/DeviceList/Item[1]/CaptureTime'}),
        (23, 'Notify', 'Alarm', 'ASCII', 'valid', {'manscdp-field-blank /Notify/AlarmTime'})],
    'sim445py-felix-udp-live': [(12, 'Response', 'Catalog', 'UTF-8', 'malformed', VENDOR)],
}
# Why that catalog is cut: by its Content-Length, with both numbers.
CUT = 'Content-Length 2506 was counted in GB2312, as declared, but sent was UTF-8, which has 2543 octets'


def bodies(report, name):
    got = {}
    for d in report['dialogs']:
        for t in d['transactions']:
            b = t['body']
            if b and b['verdict'] and t['request']:
                frame = t['request']['frame']
                got[frame] = (frame, b['root'], b['CmdType'], b['charset'], b['verdict'],
                              {f'{f["rule"]} {f["field"]}' for f in report['findings']
                               if f['frame'] == frame and f['line'] and f['field']})
    for f in report['findings']:
        if f['line'] and (f['field'] or '').startswith('/'):
            check(f['reference'].startswith('GB/T 28181'), f'{name}: {f["rule"]} without a clause')
    for row in BODIES.get(name, []):
        check(got.pop(row[0], None) == row, f'{name}: body {row[0]} is not {row}')
    for row in got.values():
        check(row[3:] == ('ASCII', 'valid', set()), f'{name}: {row}')
    if name == 'sim445py-felix-udp-live':
        check(any(CUT in f['message'] for f in report['findings']), f'{name}: {CUT}')


def one(suite, name, want):
    def run():
        path = suite.need_shared() / 'captures' / 'gb28181' / f'{name.strip()}.pcap'
        if not path.exists():
            raise Skip(f'no {path.name}')
        passwords = suite.folder('field') / f'{name.strip()}-{want["password"]}.txt'
        passwords.write_text(f'*:*:{want["password"]}\n')
        passwords.chmod(0o600)
        report = suite.report('--all-findings', '-p', passwords, path)
        auth = [(t['request']['frame'], a['verdict'], a['nonce_check'], a['decision'], a['agrees'])
                for d in report['dialogs'] for t in d['transactions'] for a in t['auth']]
        compare('\n'.join(map(str, sorted(want['auth']))), '\n'.join(map(str, sorted(auth))), f'{name}: credentials')
        exchanges = [(e['root'], e['CmdType'], e['outcome']) for e in report['exchanges']]
        compare('\n'.join(map(str, sorted(want['exchanges']))), '\n'.join(map(str, sorted(exchanges))),
                f'{name}: exchanges')
        found = {(f['rule'], f['frame']) for f in report['findings']}
        for finding in want['findings']:
            check(finding in found, f'{name}: {finding} is missing')
        bodies(report, name.strip())
        errors = {f['rule'] for f in report['findings'] if f['severity'] == 'error'}
        compare('\n'.join(sorted(want.get('errors', ()))), '\n'.join(sorted(errors)), f'{name}: errors')
    return Test(f'field {name.strip()} {want["password"]}', run)


def tests(suite):
    return [one(suite, name, want) for name, want in CAPTURES.items()]
