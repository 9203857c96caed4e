"""schema - docs/report.schema.json is a schema, and the reports are what it says (schema/validate)."""
import json

import flow as flowlang
import variants

from . import golden
from .base import Failure, Test, check, text


def validate(suite, files):
    python = suite.python_with('jsonschema')
    schema = suite.top / 'docs' / 'report.schema.json'
    done = suite.command([python, suite.tests / 'schema' / 'validate', schema, *files])
    if done.returncode != 0:
        raise Failure(text(done.stdout)[-3000:] + text(done.stderr)[-3000:])


def goldens(suite, form):
    def run():
        files = []
        for name, _, args in golden.cases(suite):
            path = golden.expected(suite, name)
            if args[:1] != ['report'] or form not in args or not path.exists():
                continue
            body = path.read_text(encoding='utf-8').split('---- stderr ----\n')[0]
            copy = suite.folder('schema') / f'{name}.{form}'
            copy.write_text(body, encoding='utf-8')
            files.append(copy)
        check(files, f'no golden report in {form}')
        validate(suite, files)
    return Test(f'schema: goldens in {form}', run)


def forms(suite):
    """What report can write by this schema."""
    shown = text(suite.call('report', '--help').stdout)
    return ['json'] + ['ndjson'] * ('ndjson' in shown)


def one_flow(suite, path):
    """What is written now, of flows that hold more than the samples."""
    def run():
        flow = flowlang.load(path)
        data, _ = variants.build(flow)
        folder = suite.folder('schema')
        capture = folder / f'{path.stem}.pcap'
        capture.write_bytes(data)
        files = []
        for form in forms(suite):
            out = folder / f'{path.stem}-now.{form}'
            suite.call('report', '-f', form, '-o', out, capture, status=0)
            files.append(out)
        validate(suite, files)
    return Test(f'schema: report on {path.stem}', run)


def rejects(suite):
    """A validator that takes anything would prove nothing."""
    def run():
        folder = suite.folder('schema')
        lines = text(suite.call('report', '-f', 'ndjson', 'samples/catalog.pcap',
                                'samples/keepalive-lost.pcap').stdout).splitlines()
        wrong = {'bad.json': '{"schema": 1, "dialogs": "none"}', 'type.ndjson': '{"type": "nothing"}',
                 'line.json': '[]'}
        for kind in ('start', 'message', 'transaction', 'dialog', 'exchange', 'device', 'finding',
                     'capture', 'summary'):
            line = next(x for x in map(json.loads, lines) if x['type'] == kind)
            wrong[f'{kind}-more.ndjson'] = json.dumps({**line, 'transactions_more': []})
            wrong[f'{kind}-less.ndjson'] = json.dumps(dict(list(line.items())[:-1]))
            wrong[f'{kind}-none.ndjson'] = json.dumps({**line, list(line)[-1]: [1]})
        for name, what in wrong.items():
            (folder / name).write_text(what)
            try:
                validate(suite, [folder / name])
            except Failure:
                continue
            raise Failure(f'passed: {name}: {what[:300]}')
    return Test('schema: a wrong report does not pass', run)


def tests(suite):
    flows = sorted((suite.tests / 'flows').glob('*.flow'))
    kinds = sorted({args[2] for _, _, args in golden.cases(suite)
                    if args[:2] == ['report', '-f']} & {'json', 'ndjson'})
    return [goldens(suite, form) for form in kinds] + [rejects(suite)] \
        + [one_flow(suite, path) for path in flows]
