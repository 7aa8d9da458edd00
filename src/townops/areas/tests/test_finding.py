"""Which places an address means."""

from townops.areas.domain.finding import Named, find

PLACES = (
    Named("31-01", "新益村"),
    Named("31-01-001", "北街商铺段", "新益村"),
    Named("31-02", "和平居民区"),
    Named("31-02-001", "北街商铺段", "和平居民区"),
    Named("31-02-002", "和平公园", "和平居民区"),
)


def codes(q: str, most: int = 8) -> list[str]:
    return [one.code for one in find(q, PLACES, most)]


def test_a_name_said_in_full_inside_an_address_comes_first():
    assert codes("和平公园东门3号")[0] == "31-02-002"


def test_the_beginning_of_a_name_is_enough():
    assert codes("北街") == ["31-01-001", "31-02-001"]


def test_of_namesakes_the_one_whose_village_is_said_too_comes_first():
    assert codes("和平居民区北街商铺")[:2] == ["31-02", "31-02-001"]


def test_a_code_is_found_by_its_beginning_whatever_blanks_stand_in_it():
    assert codes("31-01")[0] == "31-01"
    assert codes("新益 村") == codes("新益村")


def test_one_sign_and_what_nothing_is_called_find_nothing():
    assert codes("北") == codes("") == codes("龙华寺") == []


def test_no_more_are_given_than_asked_for():
    assert len(codes("和平居民区北街", 2)) == 2
