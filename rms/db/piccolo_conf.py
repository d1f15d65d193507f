"""What Piccolo needs to know: the engine, and the rooms that have tables, in the order their migrations depend on."""

from piccolo.conf.apps import AppRegistry

from rms.db.engine import DB

__all__ = ["APP_REGISTRY", "DB"]

APP_REGISTRY = AppRegistry(
    apps=[
        "rms.db.piccolo_app",
        "rms.audit.piccolo_app",
        "rms.events.piccolo_app",
        "rms.people.piccolo_app",
        "rms.alerts.piccolo_app",
        "rms.messages.piccolo_app",
        "rms.plans.piccolo_app",
        "rms.results.piccolo_app",
        "rms.questionnaires.piccolo_app",
        "rms.sync.piccolo_app",
    ]
)
