"""`model import FILE`, `verify [NAME]`, `promote NAME`, `list`: the registry from a terminal."""

import json
import os
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from models.registry import actions, files, manifest, signature
from models.registry.errors import NoModelError, RegistryError, SignatureError
from models.registry.files import Stated

_DOES_NOT_HOLD = 1
_BAD_INPUT = 2


class Command(BaseCommand):
    help = "Import, verify, promote and list language models."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        taking = verbs.add_parser("import", help="take in a GGUF file, unsigned")
        taking.add_argument("file", type=Path)
        for name in ("name", "version", "licence", "source", "training-data", "filing-number"):
            taking.add_argument(f"--{name}", default="")
        taking.add_argument("--language", action="append", default=[], dest="languages")
        checking = verbs.add_parser("verify", help="check digest and signature")
        checking.add_argument("name", nargs="?", help="all of them if left out")
        checking.add_argument("--unsigned", action="store_true", help="check the digest only")
        using = verbs.add_parser("promote", help="sign a model and use it from the next start on")
        using.add_argument("name")
        using.add_argument("--signing-key", type=Path, help="the installation's key, PEM")
        for verb in (taking, checking, using, verbs.add_parser("list", help="what is there")):
            verb.add_argument("--json", action="store_true")
            verb.add_argument("--folder", type=Path, help="where models lie")
            verb.add_argument("--key", type=Path, help="the installation's public key, hex")

    def handle(self, *_args: object, **options: object) -> None:
        verb: Callable[[dict[str, object]], list[dict[str, object]]] = {
            "import": self._import,
            "verify": self._verify,
            "promote": self._promote,
            "list": self._list,
        }[str(options["verb"])]
        try:
            rows = verb(options)
        except SignatureError as fault:
            raise CommandError(str(fault), returncode=_DOES_NOT_HOLD) from fault
        except (RegistryError, OSError) as fault:
            raise CommandError(str(fault), returncode=_BAD_INPUT) from fault
        self._report(rows, as_json=bool(options["json"]))
        if any(row["state"] == "refused" for row in rows):
            raise CommandError("a model is refused", returncode=_DOES_NOT_HOLD)

    def _import(self, options: dict[str, object]) -> list[dict[str, object]]:
        stated = Stated(
            name=str(options["name"]),
            version=str(options["version"]),
            licence=str(options["licence"]),
            source=str(options["source"]),
            training_data=str(options["training_data"]),
            languages=_strings(options["languages"]),
            filing_number=str(options["filing_number"]),
        )
        made = actions.import_model(
            Path(str(options["file"])),
            _folder(options),
            stated=stated,
            actor=_actor(),
            origin="cli",
        )
        return [_row(made, state="imported")]

    def _verify(self, options: dict[str, object]) -> list[dict[str, object]]:
        folder = _folder(options)
        key = None if options["unsigned"] else _key(options)
        name = options["name"]
        found = list(files.list_models(folder)) if name is None else [files.find(folder, str(name))]
        if not found:
            raise NoModelError(f"got no model in {folder}, want one")
        return [self._verify_one(model, key) for model in found]

    def _verify_one(self, model: Path, key: Ed25519PublicKey | None) -> dict[str, object]:
        try:
            verified = actions.verify_model(model, key, actor=_actor(), origin="cli")
        except RegistryError as fault:
            return {"model": model.name, "state": "refused", "reason": fault.reason}
        state = "verified" if verified.is_signed else "unsigned"
        return _row(verified.manifest, state=state)

    def _promote(self, options: dict[str, object]) -> list[dict[str, object]]:
        """The digest is checked before the signature is made: nobody vouches for other bytes."""
        model = files.find(_folder(options), str(options["name"]))
        made = actions.verify_model(model, None, actor=_actor(), origin="cli").manifest
        files.approve(model, _signing_key(options))
        actions.promote_model(model, actor=_actor(), origin="cli")
        return [_row(made, state="in use from the engine's next start on")]

    def _list(self, options: dict[str, object]) -> list[dict[str, object]]:
        folder = _folder(options)
        try:
            in_use = files.selected(folder).name
        except NoModelError:
            in_use = None
        rows: list[dict[str, object]] = []
        for model in files.list_models(folder):
            try:
                made = manifest.read(model)
            except RegistryError as fault:
                rows.append({"model": model.name, "state": "unreadable", "reason": fault.reason})
            else:
                rows.append(_row(made, state="in use" if model.name == in_use else "present"))
        return rows

    def _report(self, rows: list[dict[str, object]], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"models": rows}, ensure_ascii=False))
            return
        for row in rows:
            rest = "  ".join(str(value) for key, value in row.items() if key != "model")
            self.stdout.write(f"{row['model']}  {rest}")


def _row(made: manifest.Manifest, *, state: str) -> dict[str, object]:
    return {
        "model": made.folder_name,
        "state": state,
        "kind": made.kind,
        "sha256": made.sha256,
        "size": made.size,
        "quantisation": made.quantisation,
        "context_length": made.context_length,
        "licence": made.licence,
    }


def _signing_key(options: dict[str, object]) -> Ed25519PrivateKey:
    given = options["signing_key"] or getattr(settings, "STRONGROOM_MODELS_SIGNING_KEY", None)
    if given is None:
        raise CommandError("got no key to sign with, want --signing-key", returncode=_BAD_INPUT)
    key = load_pem_private_key(Path(str(given)).read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise CommandError("got another kind of key, want Ed25519", returncode=_BAD_INPUT)
    return key


def _folder(options: dict[str, object]) -> Path:
    given = options["folder"] or getattr(settings, "STRONGROOM_MODELS", None)
    if given is None:
        raise CommandError("got no folder of models, want --folder", returncode=_BAD_INPUT)
    return Path(str(given)).absolute()


def _key(options: dict[str, object]) -> Ed25519PublicKey:
    given = options["key"] or getattr(settings, "STRONGROOM_MODELS_KEY", None)
    if given is None:
        raise CommandError("got no public key, want --key or --unsigned", returncode=_BAD_INPUT)
    return signature.key_from_hex(Path(str(given)).read_text(encoding="ascii"))


def _actor() -> str:
    return f"operator:{os.getuid()}"


def _strings(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, Sequence) else ()
