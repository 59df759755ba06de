"""The pages of intake: the form to submit an opinion, and what the holder of a receipt sees. They work without JavaScript."""

from services.intake.pages import account, photos, problems, receipts, submission
from services.runtime.web.pages import static_routes
from services.runtime.web.routes import Routes

routes = Routes([*submission.routes, *receipts.routes, *photos.routes, *problems.routes, *static_routes(), *account.routes])

__all__ = ["routes"]
