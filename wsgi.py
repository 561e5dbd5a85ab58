"""The application for a WSGI server and `flask --app wsgi`; unsafe settings stop it in words."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from careplan.plan.content import BadContent
from careplan.settings import Unsafe, from_environment, with_file
from careplan.web.app import create_app

try:
    app = create_app(from_environment(with_file(os.environ, Path(__file__).with_name(".env"))))
except (Unsafe, BadContent) as problem:
    sys.exit(f"Cannot start: {problem}")
