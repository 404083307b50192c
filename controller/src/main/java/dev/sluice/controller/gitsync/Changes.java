package dev.sluice.controller.gitsync;

import dev.sluice.gitops.plan.Plan;
import dev.sluice.gitops.render.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What a pass has written so far.
final class Changes {
  private static final int SHOWN = 5;

  private final List<String> created = new ArrayList<>();
  private final List<String> changed = new ArrayList<>();
  private final List<String> deleted = new ArrayList<>();
  private final List<String> kept = new ArrayList<>();

  void applied(Plan.Apply step) {
    if (step.creates()) {
      created.add(step.payload().key().toString());
    } else {
      changed.add(step.payload().key() + " (" + some(step.drift(), 3) + ")");
    }
  }

  void deleted(ObjectKey key) {
    deleted.add(key.toString());
  }

  void kept(Map<ObjectKey, String> reasons) {
    reasons.forEach((key, why) -> kept.add(key + " (" + why + ")"));
  }

  boolean any() {
    return !created.isEmpty() || !changed.isEmpty() || !deleted.isEmpty() || !kept.isEmpty();
  }

  /// Such as `created 2: …, changed 1: …`; names places, never values.
  String told() {
    var parts = new ArrayList<String>();
    tell(parts, "created", created);
    tell(parts, "changed", changed);
    tell(parts, "deleted", deleted);
    tell(parts, "kept", kept);
    return parts.isEmpty() ? "nothing had to change" : String.join("; ", parts);
  }

  private static void tell(List<String> parts, String verb, List<String> names) {
    if (!names.isEmpty()) {
      parts.add(verb + " " + some(names, SHOWN));
    }
  }

  static String some(List<String> names, int most) {
    String shown = String.join(", ", names.subList(0, Math.min(most, names.size())));
    return names.size() <= most ? shown : shown + " and " + (names.size() - most) + " more";
  }
}
