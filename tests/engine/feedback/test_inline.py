import base64

import pytest

from engine.errors import DataError
from engine.feedback.inline import is_inline, read_inline
from engine.feedback.reading import shown_image


def test_an_image_that_is_sent_along_is_its_bytes():
    sent = "data:image/png;base64," + base64.b64encode(b"content").decode()
    assert is_inline(sent)
    assert read_inline(sent, 7) == b"content"
    assert shown_image(sent) == "inline image"


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ("data:text/html;base64,AAAA", "of another kind"),
        ("DATA:image/png;base64,AAAA", "of another kind"),
        ("data:image/png,raw", "of another kind"),
        ("data:image/png;base64,A*==", "not in base64"),
        ("data:image/png;base64,AAA", "not in base64"),
        ("data:image/png;base64," + "A" * 40, "longer than the 16 bytes"),
    ],
)
def test_what_is_no_image_within_bounds_is_refused(sent, problem):
    with pytest.raises(DataError, match=problem):
        read_inline(sent, 16)
