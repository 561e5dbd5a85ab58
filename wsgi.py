"""The application for a WSGI server and `flask --app wsgi`; unsafe settings stop it in words."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from platform import node

from careplan.environment import from_environment, with_file
from careplan.plan.content import BadContent
from careplan.variables import Unsafe

try:
    from careplan.web.app import create_app
    from careplan.web.logs import to_stderr

    settings = from_environment(with_file(os.environ, Path(__file__).with_name(".env")))
    to_stderr(node=settings.node or node(), level=settings.log_level)
    app = create_app(settings)
except (Unsafe, BadContent) as problem:
    sys.exit(f"Cannot start: {problem}")
