"""The numbers of the house, marked ⚙ in the rule book: one row, edited by managers."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class SpaPolicy(models.Model):
    """The one row of business numbers. Laid down after every migrate."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    grid_minutes = models.PositiveSmallIntegerField(_("visits start every … minutes"), default=15)
    horizon_days = models.PositiveSmallIntegerField(_("bookable … days ahead"), default=180)
    client_lead_minutes = models.PositiveSmallIntegerField(
        _("a client who chooses herself books at least … minutes ahead"), default=30
    )
    default_buffer_minutes = models.PositiveSmallIntegerField(_("buffer, minutes"), default=10)
    late_minutes = models.PositiveSmallIntegerField(_("late after … minutes"), default=15)
    max_client_moves = models.PositiveSmallIntegerField(_("moves a client may ask for"), default=2)
    free_change_hours = models.PositiveSmallIntegerField(
        _("a client moves or cancels freely until … hours before"), default=24
    )
    deposit_percent = models.PositiveSmallIntegerField(_("deposit, percent"), default=40)
    hold_minutes = models.PositiveSmallIntegerField(
        _("a visit waits for its deposit … minutes"), default=20, db_default=20
    )
    no_deposit_within_hours = models.PositiveSmallIntegerField(
        _("no deposit less than … hours before the start"), default=2, db_default=2
    )
    vip_pays_deposit = models.BooleanField(
        _("a VIP pays a deposit too"), default=False, db_default=False
    )
    free_cancel_minutes = models.PositiveSmallIntegerField(
        _("cancelled freely within … minutes of the booking"), default=15, db_default=15
    )
    no_show_mercy_percent = models.PositiveSmallIntegerField(
        _("of the deposit, given back after a no-show, percent"), default=0, db_default=0
    )
    desk_discount_percent = models.PositiveSmallIntegerField(
        _("discount that the desk may give, percent"), default=20, db_default=20
    )
    credit_days = models.PositiveSmallIntegerField(
        _("credit can be spent for … days"), default=365, db_default=365
    )
    credit_by_hand_limit_cents = models.PositiveBigIntegerField(
        _("credit given by hand, at most"), default=5_000_000_00, db_default=5_000_000_00
    )
    # Within these hours no message leaves but what a client is waiting for; the same: always.
    quiet_from_hour = models.PositiveSmallIntegerField(
        _("no messages from … o’clock"), default=21, db_default=21
    )
    quiet_until_hour = models.PositiveSmallIntegerField(
        _("no messages until … o’clock"), default=7, db_default=7
    )
    # Of the limits an empty one is none.
    max_visits_ahead = models.PositiveSmallIntegerField(
        _("visits ahead, for one client"), null=True, blank=True, default=3, db_default=3
    )
    max_visits_ahead_vip = models.PositiveSmallIntegerField(
        _("visits ahead, for a VIP"), null=True, blank=True, default=6, db_default=6
    )
    max_bookings_per_client_hour = models.PositiveSmallIntegerField(
        _("visits booked within an hour, for one client"),
        null=True,
        blank=True,
        default=5,
        db_default=5,
    )
    max_bookings_per_user_hour = models.PositiveSmallIntegerField(
        _("visits booked within an hour, by one user"),
        null=True,
        blank=True,
        default=120,
        db_default=120,
    )

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policy")
        constraints = [
            models.CheckConstraint(name="policy_is_one_row", condition=Q(id=1)),
            models.CheckConstraint(
                name="policy_grid_divides_the_hour",
                condition=Q(grid_minutes__in=[5, 10, 15, 20, 30, 60]),
            ),
            models.CheckConstraint(
                name="policy_horizon_is_one_day_to_two_years",
                condition=Q(horizon_days__range=(1, 730)),
            ),
            models.CheckConstraint(
                name="policy_buffer_is_at_most_180_minutes",
                condition=Q(default_buffer_minutes__lte=180),
            ),
            models.CheckConstraint(
                name="policy_deposit_is_a_percentage", condition=Q(deposit_percent__lte=100)
            ),
            models.CheckConstraint(
                name="policy_shares_are_percentages",
                condition=Q(no_show_mercy_percent__in=(0, 50, 100), desk_discount_percent__lte=100),
            ),
            models.CheckConstraint(
                name="policy_credit_lasts_a_week_at_least", condition=Q(credit_days__gte=7)
            ),
            models.CheckConstraint(
                name="policy_holds_last_a_minute_to_a_day",
                condition=Q(hold_minutes__range=(1, 1440)),
            ),
            models.CheckConstraint(
                name="policy_quiet_hours_are_hours",
                condition=Q(quiet_from_hour__lte=23, quiet_until_hour__lte=23),
            ),
            models.CheckConstraint(
                name="policy_limits_let_everybody_book",
                condition=Q(
                    max_visits_ahead__gte=1,
                    max_bookings_per_client_hour__gte=1,
                    max_bookings_per_user_hour__gte=1,
                ),
            ),
            models.CheckConstraint(
                name="policy_vip_may_have_as_many_visits",
                condition=Q(max_visits_ahead_vip__gte=F("max_visits_ahead")),
            ),
        ]

    def __str__(self) -> str:
        return str(_("Policy"))

    @classmethod
    def current(cls) -> Self:
        """Return the policy in force; one query."""
        return cls.objects.get(pk=1)
