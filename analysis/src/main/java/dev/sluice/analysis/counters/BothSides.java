package dev.sluice.analysis.counters;

import com.google.re2j.Pattern;
import dev.sluice.analysis.counters.Selector.Matcher;
import dev.sluice.analysis.intake.Group;
import java.util.ArrayList;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The series of a canary and of its primary, which one label tells apart, in one selector.
public final class BothSides {
  private final Selector canary;
  private final int place;
  private final Pattern ofCanary;
  private final Pattern ofPrimary;
  private final String metric;

  private BothSides(Selector canary, int place, Pattern ofCanary, Pattern ofPrimary) {
    this.canary = canary;
    this.place = place;
    this.ofCanary = ofCanary;
    this.ofPrimary = ofPrimary;
    metric = canary.metric();
  }

  /// @param canary a selector of the canary's series
  /// @param primary the same of the primary's: they differ in the value of one label
  /// @throws IllegalArgumentException where they do not, or are no selectors, saying what is wrong
  public static BothSides of(String canary, String primary) {
    var ours = Selector.read(canary);
    var theirs = Selector.read(primary);
    int place = -1;
    for (int i = 0; i < ours.matchers().size() && i < theirs.matchers().size(); i++) {
      if (!ours.matchers().get(i).equals(theirs.matchers().get(i))) {
        if (place >= 0) {
          throw new IllegalArgumentException(
              "more than one label tells canary and primary apart; name {{ target }} in one only");
        }
        place = i;
      }
    }
    if (place < 0
        || !ours.metric().equals(theirs.metric())
        || ours.matchers().size() != theirs.matchers().size()) {
      throw new IllegalArgumentException(
          "no label tells canary and primary apart; name {{ target }} in one, such as"
              + " deployment=\"{{ target }}\"");
    }
    var one = ours.matchers().get(place);
    var other = theirs.matchers().get(place);
    if (one.operator().startsWith("!")) {
      throw new IllegalArgumentException(
          "the label %s must be compared by = or =~".formatted(one.label()));
    }
    try {
      return new BothSides(ours, place, Pattern.compile(regex(one)), Pattern.compile(regex(other)));
    } catch (com.google.re2j.PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "the value of %s is no pattern: %s".formatted(one.label(), e.getDescription()), e);
    }
  }

  private static String regex(Matcher matcher) {
    return matcher.operator().equals("=") ? Pattern.quote(matcher.value()) : matcher.value();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BothSides sides
        && canary.equals(sides.canary)
        && place == sides.place
        && ofPrimary.pattern().equals(sides.ofPrimary.pattern());
  }

  @Override
  public int hashCode() {
    return Objects.hash(canary, place, ofPrimary.pattern());
  }

  public String metric() {
    return metric;
  }

  /// Selects both.
  ///
  /// @param suffix of the metric's name, such as `_bucket`
  public String selector(String suffix) {
    var all = new ArrayList<String>();
    for (int i = 0; i < canary.matchers().size(); i++) {
      var matcher = canary.matchers().get(i);
      all.add(
          i == place
              ? new Matcher(matcher.label(), "=~", "(?:%s)|(?:%s)".formatted(ofCanary, ofPrimary))
                  .toString()
              : matcher.toString());
    }
    return metric + suffix + "{" + String.join(",", all) + "}";
  }

  /// Whose a series is, by its labels; nothing for those of others. Where both patterns hold it is
  /// the primary's, whose name is the longer one.
  Optional<Group> of(Map<String, String> labels) {
    var value = labels.getOrDefault(canary.matchers().get(place).label(), "");
    if (ofPrimary.matches(value)) {
      return Optional.of(Group.PRIMARY);
    }
    return ofCanary.matches(value) ? Optional.of(Group.CANARY) : Optional.empty();
  }
}
