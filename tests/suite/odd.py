"""odd - conversations of tests/flows/odd in which questions and answers are easily taken for those of others.

For each: which exchanges there are and how they ended, over UDP and over TCP, in one capture and cut in two; which
rules may be loud. What the program does not do yet is skipped as pending."""
import collections

import flow as flowlang
import variants

from .base import Failure, Skip, Test

DEVICE, DEVICE2, PLATFORM, PLATFORM2 = ('34020000001180000001', '34020000001180000002', '34020000002000000001',
                                        '34020000002000000002')
CHANNEL = '340200000013200000%02d'


def asked(command, sn, outcome, received, total, who=PLATFORM, whom=DEVICE, device=None):
    return (command, sn, who, whom, device or whom, outcome, received, total)


# name: (exchanges, rules that are errors or warnings)
FLOWS = {
    'two-platforms-one-sn': ([asked('Catalog', '7', 'complete', 2, 2), asked('Catalog', '7', 'complete', 2, 2, PLATFORM2)],
                             set()),
    'sn-reused': ([asked('Catalog', '1', 'complete', 1, 1), asked('Catalog', '1', 'complete', 2, 2),
                   asked('DeviceInfo', '1', 'complete', 0, None)], set()),
    'two-devices-one-connection': ([asked('Catalog', '5', 'complete', 2, 2),
                                    asked('Catalog', '5', 'complete', 3, 3, whom=DEVICE2)], set()),
    'cascade': ([asked('Catalog', '33', 'complete', 2, 2, PLATFORM2, PLATFORM, DEVICE),
                 asked('Catalog', '33', 'complete', 3, 3)], set()),
    'nat': ([asked('Catalog', '12', 'complete', 2, 2)], set()),
    'answer-before-200': ([asked('Catalog', '14', 'complete', 2, 2)], set()),
    'query-repeated': ([asked('Catalog', '16', 'complete', 2, 2)], set()),
    'part-repeated': ([asked('Catalog', '18', 'complete', 4, 4)], set()),
    'part-repeated-part-lost': ([asked('Catalog', '24', 'incomplete', 2, 4)], {'manscdp-response-incomplete'}),
    'registers-between': ([asked('Catalog', '20', 'complete', 3, 3)], {'auth-not-asked'}),
    'begins-in-the-middle': ([asked('Catalog', '22', 'unsolicited', 2, 3)], set()),
    'two-queries-at-once': ([asked('Catalog', '26', 'complete', 3, 3), asked('Catalog', '27', 'complete', 2, 2)], set()),
    'answer-to-another-node': ([asked('Catalog', '28', 'complete', 2, 2)], set()),
    'sn-written-otherwise': ([asked('Catalog', '30', 'complete', 2, 2)], set()),
    'asked-again-while-answering': ([asked('Catalog', '32', 'incomplete', 1, 2), asked('Catalog', '34', 'complete', 2, 2)],
                                    {'manscdp-response-incomplete'}),
    'handed-on': ([asked('Catalog', '33', 'complete', 3, 3, PLATFORM2)] * 2, set()),
    'handed-on-one-question': ([asked('Catalog', '33', 'complete', 3, 3, PLATFORM2),
                                asked('Catalog', '33', 'unsolicited', 1, 3, PLATFORM2)], set()),
    'channels-one-sn': ([asked('PresetQuery', '14', 'complete', 2, None, whom=CHANNEL % n) for n in (13, 14)], set()),
    'answers-with-sn-0': ([asked('DeviceStatus', sn, 'mismatched', 0, None) for sn in ('70', '71', '72')],
                          {'manscdp-response-sn'}),
    'sum-of-each-message': ([asked('Catalog', '21', 'complete', 2, 2), asked('Catalog', '21', 'unsolicited', 2, 2),
                             asked('Catalog', '21', 'unsolicited', 1, 1)], {'manscdp-response-after-complete'}),
    'two-devices-one-address': ([asked('DeviceStatus', '1', 'complete', 0, None, whom=CHANNEL % n) for n in (1, 2)]
                                + [asked('Catalog', '2', 'complete', 2, 2, whom=CHANNEL % n) for n in (1, 2)], set()),
    'subscription-of-hours': ([], set()),
    'records-of-two-channels': ([asked('RecordInfo', str(n), 'complete', 4, 4, device=CHANNEL % (n + 10)) for n in (1, 2)],
                                set()),
    'config-in-parts': ([asked('ConfigDownload', sn, 'complete', 0, None) for sn in ('51', '52', '53')], set()),
    'catalog-of-a-channel-between': ([asked('Catalog', '71', 'complete', 3, 3),
                                      asked('Catalog', '72', 'complete', 1, 1, device=CHANNEL % 11)], set()),
    'records-for-two-platforms': ([asked('RecordInfo', '7', 'complete', 4, 4, who, device=CHANNEL % 11)
                                   for who in (PLATFORM, PLATFORM2)], set()),
}

# What is not right yet: remove the line with the bug.
PENDING = {}
# What may be said beside: a repeat over TCP is a fault of its own, and so is a part that is sent again.
BESIDE = {'sip-repeat-on-stream', 'manscdp-part-again'}
# Or so: a query that is asked once more is an exchange of its own, of which nothing is said.
OR = {'query-repeated': [asked('Catalog', '16', 'complete', 2, 2), asked('Catalog', '16', 'unanswered', 0, None)]}


def captures(suite, name, flow, carrier):
    """The capture; and cut in two, as one timeline."""
    recorder = variants.record(flow, variants.BY_NAME[carrier])
    frames = recorder.frames
    paths = []
    for part, some in (('', frames), ('-1', frames[:len(frames) // 2]), ('-2', frames[len(frames) // 2:])):
        path = suite.folder('odd') / f'{name}-{carrier}{part}.pcap'
        path.write_bytes(variants.capfile.write(some, recorder.dlt))
        paths.append(path)
    return [paths[:1], paths[1:]]


def wrong(report, name):
    """In words, what is not as it should be."""
    exchanges, loud = FLOWS[name]
    have = collections.Counter((e['CmdType'], e['SN'].strip().lstrip('0'), e['from'], e['to'], e['DeviceID'], e['outcome'],
                                e['received'], e['SumNum']) for e in report['exchanges'] if e['root'] == 'Query'
                               or e['outcome'] == 'unsolicited')
    if name in OR and have == collections.Counter(OR[name]):
        exchanges = OR[name]
    out = [f'an exchange too much: {row}' for row in (have - collections.Counter(exchanges)).elements()]
    out += [f'no exchange {row}' for row in (collections.Counter(exchanges) - have).elements()]
    found = {f['rule'] for f in report['findings'] if f['severity'] != 'note'} - BESIDE
    return out + [f'findings {sorted(found)}, not {sorted(loud)}'] * (found != loud)


def one(suite, path, carrier):
    def run():
        flow = flowlang.load(path)
        for paths in captures(suite, path.stem, flow, carrier):
            out = wrong(suite.report('--all-findings', *paths), path.stem)
            if out and path.stem in PENDING:
                raise Skip(f'pending: {PENDING[path.stem]}')
            if out:
                raise Failure('\n'.join(out) + f'\nin {paths[0]}')
    return Test(f'odd {path.stem} over {carrier}', run)


def listed(suite):
    def run():
        there = {p.stem for p in (suite.tests / 'flows' / 'odd').glob('*.flow')}
        if there != set(FLOWS) or not set(PENDING) <= there:
            raise Failure(f'tests/flows/odd and its table differ: {sorted(there ^ set(FLOWS))}')
    return Test('odd: each conversation is in the table', run)


def tests(suite):
    paths = sorted((suite.tests / 'flows' / 'odd').glob('*.flow'))
    return [listed(suite)] + [one(suite, path, carrier) for path in paths for carrier in ('udp', 'tcp')]
