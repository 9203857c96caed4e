"""flows - each flow in all its variants gives the same dialogs; rules fire where they must, only there."""
import collections
import hashlib
import json
import shlex
import threading

import flow as flowlang
import rulefile
import variants

from .base import Failure, Test, check, compare

# What a variant may draw beside: notes on how a message is written. Of the carrier nothing: all is there.
MAY_DRAW = {
    'compact': {'sip-compact-form'}, 'compact-tcp': {'sip-compact-form'},
    'folded': {'sip-folded-header'}, 'folded-tcp': {'sip-folded-header'},
}
# What is a fault over one carrier only: of repeats, and of what is sent since repeats could be lost.
OF_CARRIER = {'sip-repeat-on-stream', 'sip-repeat-timing', 'sip-failure-not-repeated', 'sip-100-too-early',
              'sip-response-source'}

# What is said of a message's size: compact forms, IPv6 and TCP change it.
BY_SIZE = {'sip-message-large', 'sip-udp-large'}


def write(suite, folder, name, flow, variant, edits=()):
    """The capture and the passwords of a flow; (path, options, {message: frame})"""
    path = suite.folder(folder) / (name + ('.pcapng' if 'pcapng' in variant.name else '.pcap'))
    data, frames = variants.build(flow, variant, sorted(edits, reverse=True))
    path.write_bytes(data)
    return path, frames


def passwords(suite, folder, name, lines):
    if not lines:
        return []
    path = suite.folder(folder) / (name + '.txt')
    path.write_text('\n'.join(lines) + '\n', encoding='utf-8')
    path.chmod(0o600)
    return ['-p', path]


def options_of(flow):
    return [word for line in flow.settings.get('options', []) for word in shlex.split(line)]


def pick(thing, *names):
    return {n: thing.get(n) for n in names} if isinstance(thing, dict) else thing


def findings_of(report, beside):
    """How often which rule speaks of what: all but the place, and the value, which may be the carrier's."""
    out = collections.Counter(
        tuple(str(f[k]) for k in ('rule', 'severity', 'dialog', 'transaction', 'device', 'field', 'line', 'message'))
        for f in report['findings'] if f['rule'] not in {*beside, *BY_SIZE, *OF_CARRIER})
    return [' | '.join(key) + f' ({count})' for key, count in sorted(out.items())]


def essence(report, beside=frozenset()):
    """What must not depend on how the conversation travelled."""
    dialogs = []
    for d in report['dialogs']:
        transactions = []
        for t in d['transactions']:
            transactions.append({
                **pick(t, 'method', 'cseq'),
                'repeats': t['request'] and t['request']['repeats'],
                'responses': [pick(r, 'status', 'reason', 'repeats') for r in t['responses']],
                'auth': [pick(a, 'username', 'realm', 'verdict', 'nonce_check', 'decision', 'agrees')
                         for a in t['auth']],
                'body': t['body'] and {**pick(t['body'], 'root', 'CmdType', 'SN', 'DeviceID',
                                              'verdict', 'charset', 'fields')}})
        dialogs.append({**pick(d, 'kind', 'call_id', 'from', 'to', 'device', 'state', 'outcome'),
                        'transactions': transactions})
    exchanges = [pick(e, 'root', 'CmdType', 'SN', 'from', 'to', 'DeviceID', 'SumNum', 'received',
                      'outcome') for e in report['exchanges']]
    return {'dialogs': dialogs, 'exchanges': exchanges, 'findings': findings_of(report, beside),
            **pick(report['summary'], 'messages', 'requests', 'responses', 'methods', 'statuses',
                   'auth', 'bodies')}


def as_text(thing, flow, variant):
    out = json.dumps(thing, indent=1, ensure_ascii=False, sort_keys=True)
    if variant.six:
        for address in {a for a, _, _ in flow.peers.values() if ':' not in a}:
            six = flowlang.six(address)
            out = out.replace(f'[{six}]', address).replace(six, address)
        out = out.replace('"addrtype": "IP6"', '"addrtype": "IP4"')
    return out


def one_variant(suite, path, variant, plain):
    def run():
        flow = flowlang.load(path)
        name = f'{path.stem}-{variant.name}'
        secrets = passwords(suite, 'flows', name, flow.settings.get('passwords', []))
        capture, _ = write(suite, 'flows', name, flow, variant)
        report = suite.report(*secrets, *options_of(flow), '--all-findings', capture)
        check(report['complete'] is True, 'the report says that it is not complete')
        got = as_text(essence(report, MAY_DRAW.get(variant.name, ())), flow, variant)
        if variant.name == 'plain':
            plain.append(got)
            check(report['summary']['messages'] == sum(
                not m.lost and b'SIP/2.0' in m.data for m in flowlang.messages(flow)), 'not all messages were seen')
            errors = {f['rule'] for f in report['findings'] if f['severity'] == 'error'}
            check(path.parent.name == 'samples'     # golden tests know what these draw
                  or errors == set(flow.settings.get('errors', '').split()),
                  f'the errors are {sorted(errors)}')
            return
        if not plain:
            capture, _ = write(suite, 'flows', f'{name}-base', flow, variants.BY_NAME['plain'])
            plain.append(as_text(essence(suite.report(*secrets, *options_of(flow), '--all-findings', capture)),
                                 flow, variants.BY_NAME['plain']))
        compare(plain[0], got, f'what gbscope sees in {path.stem} as {variant.name}')
    return Test(f'flow {path.stem} as {variant.name}', run)


def report_of(suite, case, data):
    """What gbscope reports of a case whose capture has these octets. Many cases are the same conversation, looked at
    in the same way: that is done once."""
    lines = case.flow.settings.get('passwords', []) + case.passwords
    options = options_of(case.flow) + case.options
    key = hashlib.sha256(repr((data, lines, options)).encode()).hexdigest()
    with suite.locks.setdefault(key, threading.Lock()):
        if key not in suite.reports:
            name = f'{case.rule}-{key[:16]}'
            path = suite.folder('rules') / f'{name}.pcap'
            path.write_bytes(data)
            report = suite.report(*passwords(suite, 'rules', name, lines), *options, '--all-findings', path)
            suite.reports[key] = {      # what tests ask for: there are thousands
                'findings': [pick(f, 'rule', 'severity', 'frame', 'frames', 'field', 'dialog', 'device', 'message')
                             for f in report['findings']],
                'dialogs': [pick(d, 'id', 'kind') for d in report['dialogs']], 'captures': report['captures'],
                'summary': pick(report['summary'], 'rules')}
    return suite.reports[key]


def report_on(suite, case):
    """The report, and {message: the frame that completes it}."""
    data, frames = variants.build(case.flow, variants.BY_NAME[case.variant], sorted(case.frames, reverse=True))
    return report_of(suite, case, data), frames


def finding_frames(report, rule, severity=None):
    return [(f['frame'], set(f['frames'])) for f in report['findings']
            if f['rule'] == rule and severity in (None, f['severity'])]


def not_clean(report):
    return sorted({f['rule'] for f in report['findings'] if f['severity'] != 'note'})


def one_case(suite, case):
    def run():
        report, frames = report_on(suite, case)
        capture = report['captures'][0]['file']
        found = finding_frames(report, case.rule)
        if not case.fires:
            check(not found, f'{case.where}: fires on frame {[f for f, _ in found]} of {capture}')
            check(not case.clean or not not_clean(report),
                  f'{case.where}: {", ".join(not_clean(report))} on {capture}')
            return
        check(found, f'{case.where}: stays silent on {capture}; what fires: '
              + (', '.join(sorted(report['summary']['rules'])) or 'nothing'))
        found = finding_frames(report, case.rule, case.severity)
        check(found, f'{case.where}: fires, but not as {case.severity}, on {capture}')
        for message in case.on:
            frame = frames[message]
            check(any(f == frame or frame in all_of for f, all_of in found),
                  f'{case.where}: not on message {message} (frame {frame}) but on '
                  f'{[f for f, _ in found]} of {capture}')
    kind = 'fires' if case.fires else 'clean' if case.clean else 'silent'
    return Test(f'rule {case.rule}: {kind}: {case.text}', run)


def broken(name, error):
    def run():
        raise Failure(str(error))
    return Test(name, run)


def every_rule(suite):
    def run():
        known = {r['id'] for r in json.loads(suite.call('rules', '-f', 'json', status=0).stdout)}
        there = {p.stem for p in (suite.tests / 'flows' / 'rules').glob('*.rule')}
        check(not there - known, f'no such rule: {sorted(there - known)}')
        missing = sorted(known - there)
        check(not missing, f'{len(missing)} rules have no tests/flows/rules/ID.rule: '
              + ', '.join(missing))
    return Test('rules: each has its flows', run)


def tests(suite):
    out = []
    for path in sorted((suite.tests / 'flows').glob('*.flow')) \
            + sorted((suite.top / 'samples').glob('*.flow')):
        plain = []
        out += [one_variant(suite, path, v, plain) for v in variants.VARIANTS]
    for path in sorted((suite.tests / 'flows' / 'rules').glob('*.rule')):
        try:
            cases = rulefile.load(path)
        except (flowlang.FlowError, ValueError, KeyError) as e:
            out.append(broken(f'rule {path.stem}', e))
            continue
        out += [one_case(suite, case) for case in cases]
    return out + [every_rule(suite)]
