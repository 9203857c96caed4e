"""interleaved - a failure of the field among the traffic of twenty healthy devices is still told, and nothing else is.

For each rule that says a failure of tests/flows/quirks.tsv: the cases of its file are hidden in the traffic that
tests/flows/unrelated.py makes, over UDP and over TCP. All findings are those of the case alone, on the same messages;
the healthy devices draw no warning. Then each message of a case that fires is left out of the capture in turn: at
least one decides, and what a capture lacks is no error of anyone. tests/flows/interleaved.tsv has what is otherwise,
with the reason."""
import collections
import copy
import itertools
import re
from dataclasses import dataclass, replace

import capfile
import flow as flowlang
import rulefile
import unrelated
import variants

from .base import Failure, Test, check
from .flows import report_of

CARRIERS = ('udp', 'tcp')
IN_CAPTURE = 'in this capture'      # so says a note that cannot tell
CATALOGS = 3                        # of each healthy device in a minute
MAX_CASES = 3                       # of those that fire, so many are hidden


def quirks(suite):
    """[(number, name, severity, text, why it cannot be told)] of tests/flows/quirks.tsv"""
    out = []
    for line in (suite.tests / 'flows' / 'quirks.tsv').read_text(encoding='utf-8').splitlines():
        if line and not line.startswith('#'):
            number, name, severity, text, *why = line.split('\t')
            out.append((number, name, severity, text, why[0] if why else ''))
    return out


def table(suite):
    """{rule: {what: why}} of tests/flows/interleaved.tsv"""
    out = collections.defaultdict(dict)
    for line in (suite.tests / 'flows' / 'interleaved.tsv').read_text(encoding='utf-8').splitlines():
        if line and not line.startswith('#'):
            rule, what, why = line.split('\t')
            out[rule][what] = why
    return out


@dataclass
class Hidden:
    """A capture: of a case alone, or with others around it."""
    data: bytes
    number_of: dict         # message -> the frame that completes it
    mine: dict              # frame of the case alone -> frame here
    others: list = ()       # their frames
    dlt: int = 1


def variant_of(case, carrier):
    return replace(variants.BY_NAME[case.variant], transport=carrier)


def alone(case, carrier):
    recorder = variants.record(case.flow, variant_of(case, carrier), sorted(case.frames, reverse=True))
    data = capfile.write(recorder.frames, recorder.dlt)
    return Hidden(data, recorder.number_of, {n: n for n in range(1, len(recorder.frames) + 1)})


def merge(mine, others):
    """[(frame, whether it is mine)] in the order of time; each side keeps its own order. The others are over when
    mine are."""
    out, n, now = [], 0, 0
    for frame in mine:
        now = max(now, frame[0])
        while n < len(others) and others[n][0] < now:
            out.append((others[n], False))
            n += 1
        out.append((frame, True))
    return out


def among(case, carrier):
    """The case among the others."""
    recorder = variants.record(case.flow, variant_of(case, carrier), sorted(case.frames, reverse=True))
    times = list(itertools.accumulate((f[0] for f in recorder.frames), max))
    others = unrelated.frames(times[0], times[-1], carrier, recorder.wrap)
    both = merge(recorder.frames, others)
    here = [i for i, (_, own) in enumerate(both, 1) if own]
    mine = dict(enumerate(here, 1))
    return Hidden(capfile.write([f for f, _ in both], recorder.dlt),
                  {number: mine[frame] for number, frame in recorder.number_of.items()}, mine,
                  [f for f, own in both if not own], recorder.dlt)


def told(report, frame_of=None):
    """Which findings there are, on which frames of the case alone. frame_of: {frame here: frame alone}"""
    def turn(frame):
        return frame if frame_of is None else frame_of.get(frame, 'elsewhere')
    return collections.Counter(
        (f['rule'], f['severity'], f['frame'] and turn(f['frame']), tuple(turn(x) for x in f['frames'] or ()))
        for f in report['findings'])


def of_others(finding, mine):
    """Is it about the healthy devices?"""
    frames = {finding['frame'], *(finding['frames'] or ())} - {None}
    if frames:
        return not frames & mine
    return unrelated.is_unrelated(f'{finding["device"]} {finding["message"]}')


def looked_at(suite, case, hidden):
    """What the healthy devices draw alone when they are looked at as the case is: by another standard or edition."""
    if not case.options and not case.flow.settings.get('options'):
        return set()
    report = report_of(suite, case, capfile.write(hidden.others, hidden.dlt))
    return {f['rule'] for f in report['findings'] if f['severity'] != 'note'}


def look_hidden(suite, case, carrier):
    """What is wrong with the findings on a case among others, in words; how many messages had others between them."""
    plain, hidden = alone(case, carrier), among(case, carrier)
    was, now = report_of(suite, case, plain.data), report_of(suite, case, hidden.data)
    mine = set(hidden.mine.values())
    usual = looked_at(suite, case, hidden)
    loud = {f['rule']: f['message'] for f in now['findings']
            if of_others(f, mine) and f['severity'] != 'note' and f['rule'] not in usual}
    out = [f'over {carrier} a healthy device draws {rule}: {message}' for rule, message in loud.items()]
    own = dict(now, findings=[f for f in now['findings'] if not of_others(f, mine)])
    before, after = told(was), told(own, {here: there for there, here in hidden.mine.items()})
    for what, rows in (('is gone', before - after), ('is new', after - before)):
        out += [f'among others over {carrier} {what}: {severity} {rule} on frame {frame} {list(frames)}'
                for (rule, severity, frame, frames), _ in sorted(rows.items(), key=str)]
    return out, was


def fires(report, rule, any_note=False):
    """The loudest severity of the rule, where it is no note that cannot tell; None where it is silent."""
    found = [f['severity'] for f in report['findings'] if f['rule'] == rule
             and (any_note or f['severity'] != 'note' or IN_CAPTURE not in f['message'])]
    return min(found, key=('error', 'warning', 'note').index, default=None)


def without(case, number):
    """The case, and this message is not in the capture."""
    flow = copy.copy(case.flow)
    flow.blocks = [replace(b, flags={*b.flags, 'lost'}) if b.number == number else b for b in flow.blocks]
    return replace(case, flow=flow)


def sent(case):
    return [b.number for b in case.flow.blocks if 'lost' not in b.flags]


def main_case(cases):
    """The case of a rule that shows it best: the first that fires as loud as any, and not because a capture ends."""
    firing = [c for c in cases if c.fires]
    return min(firing, key=lambda c: (c.severity == 'note', not c.decides))


def own_carrier(case):
    """What it travels over if nothing else is said."""
    if variants.BY_NAME[case.variant].transport:
        return variants.BY_NAME[case.variant].transport
    tcp = case.flow.settings.get('transport') == 'tcp' or all(t == 'tcp' for _, _, t in case.flow.peers.values())
    return 'tcp' if tcp else 'udp'


def carriers(case, known):
    """Those it can be sent over."""
    if case.frames or variants.BY_NAME[case.variant].transport not in (None, *CARRIERS):
        return [own_carrier(case)]
    return [c for c in CARRIERS if f'over {c}' not in known]


def by_message(report, rule, severity, number_of):
    """The messages that the rule speaks of so loud."""
    message = {frame: number for number, frame in number_of.items()}
    return {message.get(f['frame']) for f in report['findings'] if f['rule'] == rule and f['severity'] == severity}


def deciding(suite, case):
    """(the messages without which the rule does not fire, what is wrong about leaving out others: {what: words})"""
    carrier = own_carrier(case) if own_carrier(case) in CARRIERS else None
    whole = alone(case, carrier)
    was = report_of(suite, case, whole.data)
    errors = {f['rule'] for f in was['findings'] if f['severity'] == 'error'}
    decides, wrong = [], {}
    hardly = fires(was, case.rule) is None      # of this rule all are notes that cannot tell
    loud = fires(was, case.rule, hardly)
    if case.frames:                     # the numbers of frames would be others
        return decides, wrong
    for number in sent(case):
        less = without(case, number)
        if not sent(less):
            decides.append(number)
            continue
        rest = alone(less, carrier)
        now = report_of(suite, case, rest.data)
        if fires(now, case.rule, hardly) in (None, *(('note',) if loud != 'note' else ())):
            decides.append(number)
        new = {f['rule'] for f in now['findings'] if f['severity'] == 'error'} - errors
        for rule in sorted(new):
            wrong[f'without {number}: {rule}'] = f'without message {number} of "{case.text}" comes the error {rule}'
        moved = by_message(now, case.rule, 'error', rest.number_of) \
            - by_message(was, case.rule, 'error', whole.number_of)
        if moved and case.rule not in new:
            wrong[f'without {number}: {case.rule}'] = \
                f'without message {number} of "{case.text}" it fires on message {", ".join(map(str, moved))}'
    return decides, wrong


def hide(suite, rule, cases, known):
    """The words of what is wrong when the cases of a rule are among others."""
    out = []
    firing = sorted((c for c in cases if c.fires), key=lambda c: c is not main_case(cases))[:MAX_CASES]
    silent = [c for c in cases if not c.fires]
    for case in firing + silent:
        for carrier in carriers(case, known)[:1 if case in silent[MAX_CASES:] else 2]:
            words, was = look_hidden(suite, case, carrier)
            out += [f'{case.where} {case.text}: {w}' for w in words]
            if case.fires and fires(was, rule) is None and case.severity != 'note':
                out.append(f'{case.where} {case.text}: silent over {carrier}')
    return out


def leave_out(suite, rule, cases, known):
    """The words of what is wrong when messages are left out, alone and among others."""
    case = main_case(cases)
    decides, wrong = deciding(suite, case)
    anywhere = table(suite)['*']
    out = [words + f' (interleaved.tsv: {what})' for what, words in wrong.items()
           if what not in known and re.sub(r' [\d.]+:', ':', what) not in anywhere]
    used = set(wrong)
    if case.frames:
        check('frames' in known, f'{case.where}: its frames are edited: say in interleaved.tsv what decides')
        return out, {*used, 'frames'}
    if not decides and 'nothing decides' not in known:
        out.append(f'{case.where} {case.text}: no message decides')
    elif not decides:
        used.add('nothing decides')
    wanted = case.decides or decides[:1]
    out += [f'{case.where} {case.text}: message {n} does not decide, but {", ".join(decides) or "none"}'
            for n in case.decides if n not in decides]
    for number, carrier in itertools.product(wanted, carriers(case, known)):
        less = without(case, number)
        if not sent(less):
            continue
        now = report_of(suite, case, among(less, carrier).data)
        loud = fires(now, rule)
        if loud in ('error', 'warning') or loud is not None and loud == case.severity:
            out.append(f'{case.where} {case.text}: among others over {carrier}, without message {number}, still {loud}')
    return out, used


def one(suite, rule, known):
    def run():
        cases = rulefile.load(suite.tests / 'flows' / 'rules' / f'{rule}.rule')
        out = hide(suite, rule, cases, known)
        words, used = leave_out(suite, rule, cases, known)
        out += words
        out += [f'interleaved.tsv: {rule} does not need {what!r}' for what in known
                if what not in used and not what.startswith('over ')]
        if out:
            raise Failure('\n'.join(out[:30]))
    return Test(f'interleaved {rule}', run)


def dense(suite):
    """The traffic around is what it is said to be: twenty devices that do all this without a word."""
    def run():
        start = flowlang.to_ns('2026-02-01T20:30:00Z')
        for carrier in CARRIERS:
            path = suite.folder('interleaved') / f'unrelated-{carrier}.pcap'
            path.write_bytes(capfile.write(unrelated.frames(
                start, start + 60 * 10**9, carrier, lambda packet: packet), 101))
            report = suite.report('--all-findings', path)
            summary = report['summary']
            check(summary['findings']['error'] == summary['findings']['warning'] == 0,
                  f'over {carrier} healthy devices draw {sorted(summary["rules"])}')
            kinds = collections.Counter((d['kind'], d['outcome']) for d in report['dialogs'])
            for kind in ('registration', 'call', 'subscription'):
                check(kinds[kind, 'ok'] == unrelated.DEVICES, f'over {carrier}: {kinds}')
            done = collections.Counter(e['outcome'] for e in report['exchanges']
                                       if e['root'] == 'Query' and e['SumNum'] == 3)
            check(done == {'complete': CATALOGS * unrelated.DEVICES}, f'over {carrier}: {done}')
    return Test('interleaved: the traffic of others is healthy', run)


def mixed(suite):
    """Between two messages of a case there are mostly those of others."""
    def run():
        case = main_case(rulefile.load(suite.tests / 'flows' / 'rules' / 'manscdp-response-incomplete.rule'))
        for carrier in CARRIERS:
            frames = sorted(among(case, carrier).number_of.values())
            between = sum(b - a > 1 for a, b in zip(frames, frames[1:]))
            check(between >= len(frames) * 2 // 3, f'over {carrier} {between} of {len(frames) - 1} gaps are filled: {frames}')
    return Test('interleaved: others come between', run)


def covering(suite):
    """{quirk number: [rules whose `also` names it]}, and {rule: [numbers]}"""
    from .coverage import script     # pylint: disable=import-outside-toplevel
    return script(suite, 'make-quirks').covering()


def in_table(number):
    """B14 to D44."""
    return 14 <= int(number.rstrip('abcdefgh')) <= 44


def tests(suite):
    known = table(suite)
    rules = sorted({rule for number, ids in covering(suite).items() if in_table(number) for rule in ids})
    return [dense(suite), mixed(suite)] + [one(suite, rule, known.get(rule, {})) for rule in rules]
