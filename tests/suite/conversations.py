"""conversations - what the captures of real GB/T 28181 stacks hold, read from them by hand and with tshark.

Each query with its answer, refusal or loss; each session with who offered, answered and ended it; each subscription;
each registration and how the device was kept alive. A fact is a member of a record of the JSON report and its value;
records are found by the frame of their request. A fact whose member the report does not have is pending."""
from .base import Failure, Skip, Test, check

GONE = object()
UPPER, LOWER, CAMERA = '34020000002000000001', '34020000002000000009', '34020000001310000001'
SIMULATED = '34020000001320000001'


def asked(root, command, sn, device, status, outcome, responses=(), more=None):
    """responses: [(frame, status of the answer to it)]"""
    return {'root': root, 'CmdType': command, 'SN': sn, 'DeviceID': device, 'request.status': status, 'outcome': outcome,
            'responses': [{'frame': frame, 'status': answered} for frame, answered in responses], **(more or {})}


def session(frames, kind, s, y, controls=()):
    """frames: of INVITE, 200, ACK, BYE"""
    invite, answered, acked, ended = frames
    ends = {'s': s, 'media': 'video', 'proto': 'RTP/AVP', 'payload_types': ['96', '98']}
    return {'kind': kind, 'state': 'ended', 'caller': UPPER, 'callee': CAMERA, 'channel': CAMERA, 'invite.frame': invite,
            'answered.frame': answered, 'acked.frame': acked, 'ended.frame': ended, 'ended_how': 'bye',
            'ended_by': 'caller', 'status': 200, 'offer.port': 30000, 'offer.address': '192.168.41.1',
            'offer.y.value': y, 'answer.y.value': y, 'answer.port': 20000, 'answer.address': '192.168.41.2',
            **{f'answer.{k}': v for k, v in ends.items()}, 'offer.s': s, 'reinvites': 0, 'packets': 168, 'lost': 0,
            'controls': [{'frame': frame, 'by': 'caller', 'method': method, 'answer.status': 200}
                         for frame, method in controls], 'subject.sender': CAMERA, 'subject.receiver': UPPER}


def stream(ssrc):
    return {'src': '192.168.41.2:20000', 'dst': '192.168.41.1:30000', 'ssrc': ssrc, 'payload_type': 96, 'packets': 168,
            'lost': 0, 'bytes': 114436}


def subscribed(subject, command, accepted, message, event):
    """Accepted for a minute; what is told comes in a MESSAGE."""
    return {'CmdType': command, 'subject': subject, 'event': event, 'subscriber': UPPER, 'notifier': LOWER,
            'DeviceID': LOWER, 'expires_asked': 60, 'expires_granted': 60, 'state': 'active', 'request.frame': accepted - 1,
            'notifications.notifies': 0, 'notifications.messages': 1, 'notifications.first_message.frame': message}


def device(keepalives, first):
    """It logs out, is challenged, and registers with credentials, each under another Call-ID. first: the frame of the first one."""
    return {'kind': 'platform', 'registered': True, 'keepalives.total': keepalives, 'keepalives.answered': keepalives,
            'keepalives.refused': 0, 'keepalives.unanswered': 0, 'registrations': [
                {'started.frame': first, 'ended.frame': first + 1, 'status': 200, 'logout': True, 'challenges': 0},
                {'started.frame': first + 2, 'accepted.frame': first + 5, 'status': 200, 'granted': 3600, 'challenges': 1,
                 'logout': False, 'verdict': 'verified', 'refusals': 0, 'expired': False}]}


REFUSED = {'refused': 400}
# capture: {section: {key of the record: facts}}; the key is the frame of the request, the id of a device, an SSRC.
FACTS = {
    'exosip53-felix-udp-reg': {
        'exchanges': {3: asked('Query', 'Catalog', '1', SIMULATED, 405, 'refused', more={'refused': 405})},
        'devices': {SIMULATED: {'kind': 'device', 'registered': True, 'keepalives.total': 0}},
        'sessions': {}, 'subscriptions': {}, 'media': {}},
    'exosip53-lldd-tcp-wrong': {'exchanges': {}, 'sessions': {}, 'subscriptions': {}, 'media': {}},
    'exosip53-lldd-udp-right': {'exchanges': {}, 'sessions': {}, 'subscriptions': {}, 'media': {}},
    'sim445-lldd-udp-wrong': {'exchanges': {}, 'sessions': {}, 'subscriptions': {}, 'media': {}},
    'sim445py-felix-udp-live': {
        # the XML is cut in the sixth item, which is counted by its beginning
        'exchanges': {8: asked('Query', 'Catalog', '1', SIMULATED, 200, 'complete', [(12, 200)],
                               {'SumNum': 6, 'received': 6, 'latency_ms': 27.67})},
        'devices': {SIMULATED: {'kind': 'device', 'registered': True, 'keepalives.total': 5, 'keepalives.answered': 5}},
        'sessions': {}, 'subscriptions': {}, 'media': {}},
    'libgb-udp-queries': {
        'exchanges': {
            # two of five, and of the part that came no one took notice: it was sent again and again
            9: asked('Query', 'Catalog', '1', LOWER, 200, 'incomplete', [(11, None)],
                     {'SumNum': 5, 'received': 2, 'missing': 3, 'repeated': 0}),
            13: asked('Query', 'RecordInfo', '2', CAMERA, 200, 'complete', [(35, 404)],
                      {'SumNum': 0, 'received': 0, 'latency_ms': 4999.97}),
            18: asked('Query', 'PresetQuery', '3', CAMERA, 200, 'complete', [(20, 200)], {'received': 2}),
            **{frame: asked('Control', 'DeviceControl', sn, CAMERA, 400, 'refused', more=REFUSED)
               for frame, sn in ((23, '4'), (25, '5'), (27, '6'), (29, '7'), (31, '8'))}},
        'devices': {LOWER: device(3, 1)}, 'sessions': {}, 'subscriptions': {}, 'media': {}},
    'libgb-udp-subscribe': {
        'exchanges': {23: asked('Notify', 'Alarm', '6', CAMERA, 200, 'complete', [(25, 401)])},
        'subscriptions': {9: subscribed('catalog', 'Catalog', 10, 11, 'Catalog'),
                          15: subscribed('mobile_position', 'MobilePosition', 16, 17, 'presence'),
                          19: subscribed('alarm', 'Alarm', 20, 23, 'presence')},
        'devices': {LOWER: device(3, 1)}, 'sessions': {}, 'media': {}},
    'libgb-udp-live-udp': {
        'exchanges': {}, 'subscriptions': {}, 'devices': {LOWER: device(3, 5)},
        'sessions': {14: session((14, 16, 17, 190), 'play', 'Play', '0200000001')}, 'media': {200000001: stream(200000001)}},
    'libgb-udp-playback-mansrtsp': {
        'exchanges': {}, 'subscriptions': {}, 'devices': {LOWER: device(3, 1)},
        'sessions': {9: session((9, 11, 12, 193), 'playback', 'Playback', '1200000001', [
            (87, 'PAUSE'), (118, 'PLAY'), (147, 'PLAY'), (177, 'PLAY')])},
        'media': {1200000001: stream(1200000001)}},
}
KEYS = {'exchanges': 'request.frame', 'sessions': 'invite.frame', 'subscriptions': 'request.frame', 'devices': 'id',
        'media': 'ssrc'}


def member(record, path):
    """record['a']['b'] for 'a.b'; GONE where there is no such member."""
    for name in path.split('.'):
        if isinstance(record, list) and name.isdigit() and int(name) < len(record):
            record = record[int(name)]
        elif isinstance(record, dict) and name in record:
            record = record[name]
        else:
            return GONE
    return record


def compare_record(record, want, where, pending):
    """What differs, in words; what the report does not have goes into pending."""
    out = []
    for path, value in want.items():
        got = member(record, path)
        here = f'{where} {path}'
        if got is GONE:
            pending.append(here)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            if len(got) != len(value):
                out.append(f'{here}: {len(got)}, not {len(value)}')
            for i, (a, b) in enumerate(zip(got, value)):
                out += compare_record(a, b, f'{here}[{i}]', pending)
        elif got != value:
            out.append(f'{here}: {got!r}, not {value!r}')
    return out


def before_refusals(section, record, facts):
    """A report that has no member for refusals tells them as what was not answered."""
    return {k: v for k, v in facts.items() if k != 'outcome'} \
        if section == 'exchanges' and 'refused' not in record else facts


def one(suite, name, section, want):
    def run():
        path = suite.need_shared() / 'captures' / 'gb28181' / f'{name}.pcap'
        if not path.exists():
            raise Skip(f'no {path.name}')
        passwords = suite.folder('conversations') / f'{name}-{section}.txt'
        passwords.write_text('*:*:12345678\n')
        passwords.chmod(0o600)
        report = suite.report('--all-findings', '-p', passwords, path)
        records, pending, out = report[section], [], []
        if not records and want and section not in ('exchanges', 'devices'):
            raise Skip(f'pending: {section}')
        there = {member(r, KEYS[section]): r for r in records}
        if section != 'devices':
            out += [f'{section}: {key} is too much' for key in there if key not in want and key is not GONE]
        if GONE in there and section != 'exchanges':
            pending.append(f'{section} {KEYS[section]}')
        for key, facts in want.items():
            if key in there:
                out += compare_record(there[key], before_refusals(section, there[key], facts), f'{section} {key}', pending)
            elif GONE not in there:
                out.append(f'{section}: no {key}, but {sorted(map(str, there))}')
        if out:
            raise Failure('\n'.join(out))
        if pending:
            raise Skip(f'pending: {pending[0].split(" ")[0]} {pending[0].split(" ")[-1]}')
    return Test(f'conversation {name}: {section}', run)


def every_capture(suite):
    def run():
        folder = suite.need_shared() / 'captures' / 'gb28181'
        there = {p.stem for p in folder.glob('*.pcap')}
        check(there == set(FACTS), f'captures and facts differ: {sorted(there ^ set(FACTS))}')
    return Test('conversations: each capture has its facts', run)


def tests(suite):
    return [every_capture(suite)] + [one(suite, name, section, want) for name, sections in FACTS.items()
                                     for section, want in sections.items()]
