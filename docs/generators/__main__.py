"""`python -m docs.generators` (or `make docs`): write every generated page and schema; tests fail if one is stale."""

from __future__ import annotations

from docs.generators import (
    client_methods,
    control,
    diagnose,
    migration,
    moved_names,
    schemas,
    security,
    serve,
    state_machines,
    suite,
)


def main() -> None:
    """Write every generated file."""
    migration.PAGE.write_text(migration.renewed(migration.PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    page = migration.renewed(suite.PAGE.read_text(encoding="utf-8"), suite.BLOCKS)
    suite.PAGE.write_text(page, encoding="utf-8")
    page = migration.renewed(diagnose.PAGE.read_text(encoding="utf-8"), diagnose.BLOCKS)
    diagnose.PAGE.write_text(page, encoding="utf-8")
    client_methods.MODULE.write_text(client_methods.text(), encoding="utf-8")
    page = migration.renewed(control.PAGE.read_text(encoding="utf-8"), control.BLOCKS)
    control.PAGE.write_text(page, encoding="utf-8")
    page = migration.renewed(serve.PAGE.read_text(encoding="utf-8"), serve.BLOCKS)
    serve.PAGE.write_text(page, encoding="utf-8")
    page = migration.renewed(security.PAGE.read_text(encoding="utf-8"), security.BLOCKS)
    security.PAGE.write_text(page, encoding="utf-8")
    state_machines.PAGE.write_text(state_machines.page(), encoding="utf-8")
    moved_names.TABLE.write_text(moved_names.text(), encoding="utf-8")
    for path, text in schemas.texts().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
