"""field - captures of real GB/T 28181 stacks: the report tells what their programs' own logs told.

For each: the passwords, then each credential (frame, verdict, nonce, decision, agrees), each exchange with
its outcome, findings that must be there on a frame, and the only rules that may be errors."""
from .base import Skip, Test, check, compare

RIGHT = ('verified', 'challenged', 'accepted', True)

CAPTURES = {
    'exosip53-felix-udp-reg': {
        'password': '12345678', 'auth': [],
        'exchanges': [('Query', 'Catalog', 'unanswered')],
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
                      ('Query', 'RecordInfo', 'complete')] + 5 * [('Control', 'DeviceControl', 'not_needed')],
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
        errors = {f['rule'] for f in report['findings'] if f['severity'] == 'error'}
        compare('\n'.join(sorted(want.get('errors', ()))), '\n'.join(sorted(errors)), f'{name}: errors')
    return Test(f'field {name.strip()} {want["password"]}', run)


def tests(suite):
    return [one(suite, name, want) for name, want in CAPTURES.items()]
