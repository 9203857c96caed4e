"""realstacks - the errors in the captures of others are those that docs/real-stacks.md lists, and no others."""
import pathlib

from .base import Skip, Test, compare
from .coverage import script


def listed(suite):
    def run():
        shared = suite.need_shared()
        if not (shared / 'captures' / 'sip').is_dir():
            raise Skip('no captures/sip')
        if suite.wrap:
            raise Skip('not under a wrapper')
        program = str(pathlib.Path(suite.program).resolve())
        compare((suite.top / 'docs' / 'real-stacks.md').read_text(encoding='utf-8'),
                script(suite, 'make-real-stacks').page(program, shared), 'docs/real-stacks.md (run docs/make-real-stacks)')
    return Test('real-stacks.md lists the errors of real captures', run)


def tests(suite):
    return [listed(suite)]
