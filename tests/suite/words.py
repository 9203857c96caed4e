"""words - what a person reads: numbers of a body in words (PTZCmd, alarms), dates, findings, messages of trouble."""
import flow as flowlang
import rulefile
import variants

from . import bodies
from .base import Test, check, text

DEVICE = '<SN>1</SN><DeviceID>34020000001310000001</DeviceID>'


def control(rest):
    return f'<Control><CmdType>DeviceControl</CmdType>{DEVICE}{rest}</Control>'.encode()


def alarm(method, kind):
    return (f'<Notify><CmdType>Alarm</CmdType>{DEVICE}<AlarmPriority>1</AlarmPriority><AlarmMethod>{method}</AlarmMethod>'
            f'<AlarmTime>2026-01-05T10:00:02</AlarmTime><Info><AlarmType>{kind}</AlarmType></Info></Notify>').encode()


def query(method):
    return f'<Query><CmdType>Alarm</CmdType>{DEVICE}<AlarmMethod>{method}</AlarmMethod></Query>'.encode()


# body, words in show, words in the text report (None: not there)
ROWS = [
    (control('<PTZCmd>A50F011A4020305F</PTZCmd>'),) + 2 * ('left and up, pan speed 64, tilt speed 32; zoom in at 3',),
    (control('<PTZCmd>A50F018200FF0036</PTZCmd>'),) + 2 * ('go to preset 255',),
    (control('<TeleBoot>Boot</TeleBoot>'), 'TeleBoot', None),
    (alarm(2, 2), 'device tampered with', 'device tampered with'),
    (alarm(5, 2), 'a moving target', 'a moving target'),
    (alarm(6, 2), 'fan fault', 'fan fault'),
    (alarm(6, 3), 'which alarm of its AlarmMethod (', 'fault'),
    (query('2/5'), 'from a device, from video', None),
    (query('25'), 'from a device, from video', None),
]


def all_outputs(suite):
    def run():
        payloads = [bodies.message(n, row[0]) for n, row in enumerate(ROWS)]
        path = suite.folder('bodies') / 'words.pcap'
        path.write_bytes(bodies.capture(payloads))
        lines = text(suite.call('report', '-f', 'text', path).stdout).splitlines()
        for n, (_, shown, told) in enumerate(ROWS):
            out = text(suite.call('show', '-q', n + 1, path).stdout)
            check(shown in out, f'frame {n + 1}: no {shown!r} in\n{out}')
            line = [x for x in lines if f'frame {n + 1}  34020' in x and '[' not in x
                    or '  alarm  ' in x and x.endswith(f'  frame {n + 1}')]
            check(not line if told is None else told in ''.join(line), f'frame {n + 1}: {line}')
    return Test('words in show and text', run)


def dated(suite):
    """A time of another day than the first has its date."""
    def run():
        out = text(suite.call('report', '-f', 'text', 'samples/registration.pcap', 'samples/devices.pcap').stdout)
        for words in ('registered 07:25:03', 'registered 2026-01-05 03:00:00', '  2026-01-05 03:02:01  catalog '):
            check(words in out, f'no {words!r} in\n{out}')
    return Test('words: a date where the captures span days', run)


def no_json_words(suite):
    """What is a name in JSON is told to a person in words."""
    def run():
        for path in sorted((suite.top / 'samples').glob('*.pcap')):
            out = text(suite.call('report', '-f', 'text', path).stdout)
            out += ''.join(text(suite.call('list', what, path).stdout)
                           for what in ('devices', 'exchanges', 'subscriptions', 'notices', 'sessions'))
            for word in ('mobile_position', 'ptz_position', 'not_needed', 'no_password', 'no_invite', 'media_status'):
                check(word not in out, f'{path.name}: {word}')
    return Test('words: no names of the JSON in texts', run)


# What stands in a finding where there is nothing to name.
MESSAGES = {'gb-event-id-changed': ('has the id , ', 'was ,'), 'gb-mediastatus-no-bye': ('the other is over',)}


def messages(suite):
    """No sentence has a hole, or a name that is none."""
    def run():
        for rule, wrong in MESSAGES.items():
            for n, case in enumerate(rulefile.load(suite.tests / 'flows' / 'rules' / f'{rule}.rule')):
                path = suite.folder('words') / f'{rule}-{n}.pcap'
                path.write_bytes(variants.build(case.flow)[0])
                out = text(suite.call('check', '--exit-zero', path).stdout)
                check(not any(x in out for x in wrong), out)
    return Test('words: findings that name nothing', run)


def channel(suite):
    """Who asks for a channel is told in whose catalog it is."""
    def run():
        done = suite.call('show', 'device', '34020000001310000011', 'samples/devices.pcap', status=2)
        want = ('gbscope: show device: 34020000001310000011 took no part itself; it is in the catalog of '
                '34020000002000000009\n')
        check(text(done.stderr) == want and not done.stdout, text(done.stderr))
    return Test('words: a channel is no device', run)


def asked(suite):
    """What nobody asked for is not `0 asked`."""
    def run():
        path = suite.folder('words') / 'secrets.pcap'
        path.write_bytes(variants.build(flowlang.load(suite.tests / 'flows' / 'secrets.flow'))[0])
        out = text(suite.call('report', '-f', 'text', path).stdout)
        check('\n  Catalog: 1 not asked for\n' in out and '0 asked' not in out, out)
    return Test('words: an answer that nobody asked for', run)


def in_json(suite):
    def run():
        read = bodies.read(suite, 'ptz', [bodies.message(n, control(x)) for n, x in enumerate((
            '<PTZCmd>A50F018601233' '08F</PTZCmd>', '<PTZCmd>A50F0186</PTZCmd>', '<PTZCmd></PTZCmd>',
            '<PTZCmd>A50F018601233' '08F</PTZCmd><PTZCmd_decoded>mine</PTZCmd_decoded>',
            2 * '<PTZCmd>A50F0100000000B5</PTZCmd>'))])
        fields = [body['fields']['Control'] for body, _ in read]
        want = {'command': 'cruise_speed', 'words': 'cruise speed 803 of cruise 1', 'group': 1, 'value': 803, 'address': 1}
        got = fields[0]['PTZCmd_decoded']
        check(fields[0]['PTZCmd'] == 'A50F01860123308F', 'the raw value')
        check({k: v for k, v in got.items() if v is not None} == want, got)
        check(fields[1]['PTZCmd_decoded'] is None and fields[2]['PTZCmd_decoded'] is None, 'none where it is not right')
        check(fields[3]['PTZCmd_decoded'] == 'mine', "the sender's own element")
        check('PTZCmd_decoded' not in fields[4] and len(fields[4]['PTZCmd']) == 2, 'twice')
    return Test('words of PTZCmd in JSON', run)


def tests(suite):
    return [test(suite) for test in (all_outputs, dated, messages, asked, channel, no_json_words, in_json)]
