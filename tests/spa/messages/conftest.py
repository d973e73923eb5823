import pytest

from tests.spa.messages.post import Post


@pytest.fixture
def post(db):
    return Post()
