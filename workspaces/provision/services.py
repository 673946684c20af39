"""Services that tests need beside packages: told by what the tests import and ask the environment for, and by what they
say when nobody answers. A sandbox has no network, so that a service has to be one that the tests start."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pareback.workspaces.guard import in_test_zone

_FILES = 2000  # a larger suite says nothing new
_SERVICES: Mapping[str, tuple[str, str, str]] = {  # modules, beginnings of variables, what failures say
    "PostgreSQL": (
        r"psycopg2?|asyncpg|pg8000|testing\.postgresql",
        r"POSTGRES|PG(?:HOST|USER|PORT)",
        r":5432|port 5432|psycopg2?\.OperationalError",
    ),
    "MySQL": (
        r"pymysql|MySQLdb|aiomysql|mysql\.connector",
        r"MYSQL|MARIADB",
        r":3306|(?:pymysql|MySQLdb)\S*OperationalError.*(?:2002|2003)",
    ),
    "Redis": (
        r"redis|aioredis|valkey",
        r"REDIS|VALKEY",
        r":6379|redis\.exceptions\.(?:Connection|Timeout)Error",
    ),
    "MongoDB": (r"pymongo|motor|mongoengine", r"MONGO", r":27017|ServerSelectionTimeoutError"),
    "RabbitMQ": (
        r"pika|aio_pika|amqp",
        r"RABBITMQ|AMQP|BROKER_URL",
        r":5672|kombu\.exceptions\.OperationalError|AMQPConnectionError",
    ),
    "Kafka": (r"kafka|confluent_kafka|aiokafka", r"KAFKA", r":9092|NoBrokersAvailable"),
    "Elasticsearch": (
        r"elasticsearch\d?|opensearchpy",
        r"ELASTIC|OPENSEARCH",
        r":9200|elastic_transport\.ConnectionError",
    ),
    "memcached": (r"pymemcache|pylibmc|memcache|bmemcached", r"MEMCACHE", r":11211"),
    "Docker": (
        r"docker|testcontainers|pytest_docker",
        r"DOCKER_HOST",
        r"docker\.errors\.DockerException|docker\.sock",
    ),
    "LDAP": (r"ldap3?", r"LDAP", r":389\b|SERVER_DOWN"),
    "S3": (r"boto3|moto\.server", r"MINIO|AWS_ENDPOINT", r"EndpointConnectionError"),
}
_NETWORK = re.compile(
    r"Temporary failure in name resolution|Name or service not known|Network is unreachable|nodename nor servname"
    r"|Failed to resolve|NameResolutionError"
)
_UNANSWERED = re.compile(
    r"refused|timed? ?out|No such file|cannot connect|could not connect|Error 111|unreachable", re.IGNORECASE
)
_IMPORT = r"^[ \t]*(?:import|from)[ \t]+(?:{})\b"
_VARIABLE = r"""(?:environ|getenv)\W{{0,3}}(?:\.get\()?\W{{0,3}}((?:\w+_)?(?:{})\w*)['"]"""


@dataclass(frozen=True, slots=True)
class Service:
    """One that tests seem to need, and the first place in them that says so, as `tests/test_db.py: import redis`."""

    name: str
    sign: str


def named(tree: Path) -> tuple[Service, ...]:
    """The services that the tests of a tree seem to need. Whether they can do without, only a run shows."""
    found: dict[str, Service] = {}
    for path in _tests(tree):
        text = path.read_text(encoding="utf-8", errors="replace")
        for name, (modules, variables, _) in _SERVICES.items():
            sign = re.search(_IMPORT.format(modules), text, re.MULTILINE) or re.search(
                _VARIABLE.format(variables), text
            )
            if sign and name not in found:
                found[name] = Service(name, f"{path.relative_to(tree).as_posix()}: {sign[0].strip()}")
    return tuple(found.values())


def unanswered(message: str) -> str:
    """The service that a red test did not reach, by what the test said; empty where it is red for another reason."""
    if _NETWORK.search(message):
        return "the network"
    if not _UNANSWERED.search(message):
        return ""
    return next((name for name, (_, _, said) in _SERVICES.items() if re.search(said, message)), "")


def _tests(tree: Path) -> Iterator[Path]:
    found = (path for path in tree.rglob("*.py") if in_test_zone(path.relative_to(tree).as_posix()))
    yield from (path for _, path in zip(range(_FILES), found, strict=False) if path.is_file() and not path.is_symlink())
