"""What the lower layers need of this process, handed over in one place.

`audit`, `compliance` and `models` know neither settings nor folders: called from
`AppConfig.ready` where an installation exists, and by the first run once it has made one.
Nothing is opened here; each opens its own at first use.
"""

from uuid import UUID

from appliance.config import Config
from audit import wiring as log
from audit.checkpoint import origin_of
from audit.errors import KeyFileError
from audit.keys import load_signers
from compliance.vault.current import configure as configure_vault
from compliance.vault.facade import VaultSettings


def wire(config: Config) -> bool:
    """Returns whether there is an installation to wire."""
    if not (config.installation_file.exists() and config.root_key.exists()):
        return False
    configure_vault(VaultSettings(key_store=config.key_store, root_key=config.root_key))
    installation_id = UUID(config.installation_file.read_text(encoding="ascii").strip())
    try:
        signers = load_signers(config.keys, origin_of(installation_id))
    except KeyFileError:
        # Writing and reading events needs no key: `doctor` says that they are missing.
        signers = ()
    log.configure(installation_id=installation_id, signers=signers, log_dir=config.tree)
    return True
