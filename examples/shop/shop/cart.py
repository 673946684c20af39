"""A cart of items with quantities and a voucher."""

from dataclasses import dataclass, field


@dataclass
class Item:
    """One line of a cart; prices are in cents."""

    name: str
    price: int
    quantity: int = 1


@dataclass
class Cart:
    """What a customer is about to buy."""

    items: list[Item] = field(default_factory=list)
    voucher: int = 0

    def add(self, item: Item) -> None:
        for known in self.items:
            if known.name == item.name:
                known.quantity += item.quantity
                return
        self.items.append(item)

    def subtotal(self) -> int:
        return sum(item.price * item.quantity for item in self.items)

    def shipping(self) -> int:
        """Free from 50.00 on, and for an empty cart."""
        if not self.items or self.subtotal() > 5000:
            return 0
        return 490

    def total(self) -> int:
        return max(self.subtotal() - self.voucher, 0) + self.shipping()
