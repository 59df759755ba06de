"""Pages with parts of all services, put together at the one origin of the running system."""

from io import BytesIO
from itertools import combinations

from PIL import Image

from services.contracts.fragments import parts_of
from services.contracts.people.callers import Role
from tests.system.place import eventually

HOSTILE = '<!--# include virtual="/fragments/notify/office?lang=zh" stub="case-notify" -->'
LOST = "暂时无法显示"
#: Where a picture has the first line of its title, and how dark its letters are at least.
TITLE, DARK = (96, 100, 1104, 190), 80


def test_a_case_and_the_desk_are_one_page_each_at_the_one_origin(place):
    made = place.submit(content=HOSTILE)
    for page, path in (("case", f"/cases/{made['id']}"), ("office", "/office")):
        names = [part.name.zh for part in parts_of(page, Role.ADMIN)]

        def whole(path=path, names=names):
            answer = place.ask("GET", path, place.admin_token, headers={"Accept-Language": "zh"})
            assert answer.status_code == 200, answer.text
            return answer if LOST not in answer.text and all(name in answer.text for name in names) else None

        answer = eventually(whole)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "<!--#" not in answer.text


def test_a_form_that_is_too_large_is_answered_with_a_page_that_tells_what_to_do(place):
    headers = {"Accept": "text/html", "Accept-Language": "zh", "Content-Type": "application/x-www-form-urlencoded"}
    answer = place.ask("POST", "/receipts/lost", headers=headers, data=b"contact=" + b"x" * 1_200_000)
    assert (answer.status_code, answer.headers["Content-Language"]) == (413, "zh-CN"), answer.text
    assert "您填写的内容还在" in answer.text
    program = place.ask("POST", "/api/v1/opinions", headers={**headers, "Content-Type": "application/json"}, data=b"x" * 1_200_000)
    assert (program.status_code, program.headers["Content-Type"]) == (413, "application/problem+json")


def test_the_picture_of_a_shared_page_has_letters_for_chinese(place):
    """Boxes in place of letters would be alike for names of one length, and so would pictures without words."""
    listed = place.ask("GET", "/api/v1/departments").json()["items"]
    alike = next(pair for pair in combinations(listed, 2) if len({len(each["name"]) for each in pair}) == 1)
    pictures = []
    for each in alike:
        answer = place.ask("GET", f"/public/departments/{each['code']}/card.png", headers={"Accept-Language": "zh"})
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
        pictures.append(Image.open(BytesIO(answer.content)).convert("L").crop(TITLE))
    assert pictures[0] != pictures[1]
    assert all(picture.getextrema()[0] < DARK for picture in pictures)


def test_a_part_alone_is_nobody_s(place):
    for part in parts_of("office", Role.ADMIN):
        assert place.ask("GET", part.address("", "zh"), place.admin_token).status_code == 404
