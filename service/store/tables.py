"""The tables. Times are seconds since 1970 (UTC), ids sort by the time they were made."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)

from service.store.states import DocumentState, StepState

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_ID = String(32)
_SHA = String(64)
_NAME = String(500)
_TIME = Float(53)


def _one_of(column: str, values: type[DocumentState] | type[StepState]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


batches = Table(
    "batches",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("name", _NAME, nullable=False),
    Column("tag", BigInteger, nullable=False),
    Column("created", _TIME, nullable=False),
    Column("created_by", _NAME, nullable=False),
)
Index("ix_batches_tag", batches.c.tag)

documents = Table(
    "documents",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("sha256", _SHA, nullable=False, unique=True),
    Column("name", _NAME, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("lane", Integer, nullable=False),
    Column("tag", BigInteger, nullable=False),
    Column("status", String(12), nullable=False),
    Column("run", Integer, nullable=False),
    Column("settings", Text, nullable=False),
    Column("pages", Integer),
    Column("pages_done", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("category", String(100)),
    Column("message", Text),
    Column("tables", Integer, nullable=False),
    Column("figures", Integer, nullable=False),
    Column("checks_passed", Integer, nullable=False),
    Column("checks_rounding", Integer, nullable=False),
    Column("checks_failed", Integer, nullable=False),
    Column("doubts", Integer, nullable=False),
    Column("seconds", _TIME, nullable=False),
    Column("created", _TIME, nullable=False),
    Column("created_by", _NAME, nullable=False),
    Column("changed", _TIME, nullable=False),
    Column("finished", _TIME),
    Column("approved_by", _NAME),
    _one_of("status", DocumentState),
)
Index("ix_documents_status_id", documents.c.status, documents.c.id)

batch_items = Table(
    "batch_items",
    metadata,
    Column("batch_id", _ID, ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("sha256", _SHA),
    Column("size", BigInteger, nullable=False),
    Column("document_id", _ID, ForeignKey("documents.id", ondelete="SET NULL")),
    Column("duplicate", Boolean, nullable=False),
    Column("category", String(100)),
    Column("message", Text),
)
Index("ix_batch_items_document_id", batch_items.c.document_id)

steps = Table(
    "steps",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("document_id", _ID, ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("run", Integer, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("number", Integer, nullable=False),
    Column("status", String(10), nullable=False),
    Column("lane", Integer, nullable=False),
    Column("tag", BigInteger, nullable=False),
    Column("due", _TIME, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("lease_until", _TIME),
    Column("worker", String(200)),
    Column("output", _SHA),
    Column("category", String(100)),
    Column("message", Text),
    Column("seconds", _TIME),
    Column("finished", _TIME),
    UniqueConstraint("document_id", "run", "kind", "number"),
    _one_of("status", StepState),
    CheckConstraint("kind IN ('open', 'page', 'assemble')", name="kind"),
)
_WAITING, _RUNNING = text("status = 'waiting'"), text("status = 'running'")
# Written out in statements: a partial index is not used for a value that comes as a parameter.
WAITING = literal_column("'waiting'", String)
RUNNING = literal_column("'running'", String)
Index(
    "ix_steps_waiting",
    *(steps.c.lane, steps.c.tag, steps.c.document_id, steps.c.number),
    sqlite_where=_WAITING,
    postgresql_where=_WAITING,
)
Index(
    "ix_steps_running",
    steps.c.lease_until,
    sqlite_where=_RUNNING,
    postgresql_where=_RUNNING,
)
Index("ix_steps_output", steps.c.output)

results = Table(
    "results",
    metadata,
    Column("document_id", _ID, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("run", Integer, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("sha256", _SHA, nullable=False),
    Column("status", String(12), nullable=False),
    Column("created", _TIME, nullable=False),
)
Index("ix_results_sha256", results.c.sha256)

doubts = Table(
    "doubts",
    metadata,
    Column("document_id", _ID, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("table_id", _NAME, nullable=False),
    Column("row_id", _NAME, nullable=False),
    Column("column_key", _NAME, nullable=False),
    Column("label", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("reason_zh", Text, nullable=False),
    Column("priority", _TIME, nullable=False),
    Column("page", Integer, nullable=False),
)
Index("ix_doubts_priority", doubts.c.priority.desc(), doubts.c.document_id, doubts.c.number)

decisions = Table(
    "decisions",
    metadata,
    Column("document_id", _ID, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("run", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("actor", _NAME, nullable=False),
    Column("at", _TIME, nullable=False),
    Column("undone_by", Integer),
)

blobs = Table(
    "blobs",
    metadata,
    Column("sha256", _SHA, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("created", _TIME, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", _TIME, nullable=False),
    Column("actor", _NAME, nullable=False),
    Column("action", String(100), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("detail", Text, nullable=False),
    Column("hash", _SHA, nullable=False),
)
Index("ix_audit_subject", audit.c.subject, audit.c.number)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", _SHA, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("role", String(10), nullable=False),
    Column("password", Text, nullable=False),
    Column("created", _TIME, nullable=False),
    Column("disabled", Boolean, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", _SHA, primary_key=True),
    Column("user_name", String(200), ForeignKey("users.name", ondelete="CASCADE"), nullable=False),
    Column("created", _TIME, nullable=False),
    Column("expires", _TIME, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("name", _NAME, nullable=False),
    Column("role", String(10), nullable=False),
    Column("key_hash", _SHA, nullable=False, unique=True),
    Column("created", _TIME, nullable=False),
    Column("created_by", _NAME, nullable=False),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("created", _TIME, nullable=False),
    Column("created_by", _NAME, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("webhook_id", _ID, ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("body", Text, nullable=False),
    Column("status", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", _TIME, nullable=False),
    Column("answer", Text),
    CheckConstraint("status IN ('waiting', 'done', 'failed')", name="status"),
)
Index("ix_deliveries_status_due", deliveries.c.status, deliveries.c.due)

# Money in billionths of a US dollar: what a call cost, or may yet cost while it has no category.
model_calls = Table(
    "model_calls",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("at", _TIME, nullable=False),
    Column("document", _SHA, nullable=False),
    Column("batch", _ID, nullable=False),
    Column("model", _NAME, nullable=False),
    Column("prompt", String(200), nullable=False),
    Column("request", _SHA, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("input_tokens", Integer),
    Column("output_tokens", Integer),
    Column("seconds", _TIME),
    Column("category", String(100)),
    Column("asked", Text),
)
Index("ix_model_calls_document", model_calls.c.document)
Index("ix_model_calls_batch", model_calls.c.batch)
Index("ix_model_calls_at", model_calls.c.at)

model_answers = Table(
    "model_answers",
    metadata,
    Column("request", _SHA, primary_key=True),
    Column("answer", Text, nullable=False),
    Column("at", _TIME, nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("actor", _NAME, primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("request", _SHA, nullable=False),
    Column("answer", LargeBinary),
    Column("created", _TIME, nullable=False),
)
