from flask import Blueprint

bp = Blueprint("probes", __name__)


@bp.route("/ready")
def ready():
    return "ready"
