package dev.sluice.gitops.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Where a live object would change if it were applied.
public final class Drift {
  private static final Set<String> IGNORED = Set.of("apiVersion", "kind", "metadata", "status");

  private Drift() {}

  /// Compares labels, annotations and everything outside of `metadata` and `status` of an object
  /// with what a dry run of applying it answered.
  ///
  /// @return JSON pointers without values, so that they may be shown for a Secret; empty when
  ///   applying would change nothing
  public static List<String> between(Live live, Live wouldBe) {
    var found = new ArrayList<String>();
    for (String words : List.of("labels", "annotations")) {
      var path = List.of("metadata", words);
      compare(
          Json.object(live.at(path).orElse(null)),
          Json.object(wouldBe.at(path).orElse(null)),
          new ArrayList<>(path),
          found);
    }
    var members = new TreeSet<>(live.content().keySet());
    members.addAll(wouldBe.content().keySet());
    members.removeAll(IGNORED);
    for (String member : members) {
      compare(
          live.content().get(member),
          wouldBe.content().get(member),
          new ArrayList<>(List.of(member)),
          found);
    }
    return List.copyOf(found);
  }

  private static void compare(
      @Nullable Object before, @Nullable Object after, List<String> path, List<String> found) {
    if (Objects.equals(before, after)) {
      return;
    }
    if (before instanceof Map<?, ?> && after instanceof Map<?, ?>) {
      Map<String, Object> left = Json.object(before);
      Map<String, Object> right = Json.object(after);
      var members = new TreeSet<>(left.keySet());
      members.addAll(right.keySet());
      for (String member : members) {
        step(left.get(member), right.get(member), member, path, found);
      }
    } else if (before instanceof List<?> left
        && after instanceof List<?> right
        && left.size() == right.size()) {
      for (int i = 0; i < left.size(); i++) {
        step(left.get(i), right.get(i), String.valueOf(i), path, found);
      }
    } else {
      found.add(Json.pointer(path));
    }
  }

  private static void step(
      @Nullable Object before,
      @Nullable Object after,
      String name,
      List<String> path,
      List<String> found) {
    path.add(name);
    compare(before, after, path, found);
    path.removeLast();
  }
}
