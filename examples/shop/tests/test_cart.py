from shop.cart import Cart, Item


def cart(*items: Item, voucher: int = 0) -> Cart:
    filled = Cart(voucher=voucher)
    for item in items:
        filled.add(item)
    return filled


def test_an_empty_cart_costs_nothing():
    assert cart().total() == 0


def test_the_same_item_is_added_up():
    assert cart(Item("pen", 150), Item("pen", 150, 3)).items == [Item("pen", 150, 4)]


def test_a_voucher_is_taken_off():
    assert cart(Item("pen", 150), voucher=100).total() == 50 + 490


def test_a_voucher_never_pays_money_out():
    assert cart(Item("pen", 150), voucher=1000).total() == 490


def test_shipping_is_charged_below_fifty():
    assert cart(Item("lamp", 4999)).shipping() == 490


def test_shipping_is_free_from_fifty_on():
    assert cart(Item("lamp", 5000)).shipping() == 0


def test_an_order_of_exactly_fifty_pays_no_shipping():
    assert cart(Item("lamp", 2500, 2)).total() == 5000
