package dev.sluice.controller.rollout;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What to do now: record `next` (one status patch, if it differs from what status says), carry out
/// the actions in order, then announce.
///
/// @param next empty when status is to be left alone
/// @param world what the phase wants to be true
/// @param actions the difference between that world and the one observed, in safe order
/// @param announcements what people are told
/// @param lookAgain when to look again even if nothing changes; empty for never
public record Decision(
    Optional<Standing> next,
    World world,
    List<Action> actions,
    List<Announcement> announcements,
    Optional<Instant> lookAgain) {

  public Decision {
    actions = List.copyOf(actions);
    announcements = List.copyOf(announcements);
  }
}
