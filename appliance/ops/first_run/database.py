"""The cluster, its roles and the database: made where missing, corrected where they differ."""

from appliance.config import Config
from appliance.ops import provision
from appliance.ops.embedded import postgres
from appliance.ops.first_run.secrets import SUPERUSER, passwords


def cluster_of(config: Config) -> postgres.Cluster:
    return postgres.Cluster(
        data=config.database_files,
        sockets=config.database_socket,
        password_file=config.secrets / SUPERUSER,
    )


def provision_database(config: Config) -> None:
    """On a running cluster. Raises: psycopg.Error."""
    cluster = cluster_of(config)
    with postgres.connect(cluster) as admin:
        provision.ensure_roles(admin, passwords(config))
        provision.ensure_database(admin)
    with postgres.connect(cluster, provision.DATABASE) as inside:
        provision.close_to_others(inside)
