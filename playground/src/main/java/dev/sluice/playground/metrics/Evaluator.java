package dev.sluice.playground.metrics;

import dev.sluice.playground.metrics.Expr.Grouping;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/// Answers a parsed query at one moment from a store.
final class Evaluator {
  /// A sample older than this is no answer to an instant query.
  static final long LOOKBACK = 5 * 60_000L;

  private static final List<String> NAME = List.of(Labels.NAME);
  private static final List<String> LE = List.of("le");

  private final SeriesStore store;
  private final long now;
  private final Budget budget;

  /// How many samples a request may still look at.
  static final class Budget {
    private long left = 5_000_000;

    void spend(long samples) {
      left -= samples;
      if (left < 0) {
        throw PromqlError.execution(
            "query processing would load too many samples into memory in query execution");
      }
    }
  }

  private Evaluator(SeriesStore store, long now, Budget budget) {
    this.store = store;
    this.now = now;
    this.budget = budget;
  }

  /// @param now in milliseconds since 1970
  static Value evaluate(Expr query, SeriesStore store, long now, Budget budget) {
    return new Evaluator(store, now, budget).value(query);
  }

  private Value value(Expr expr) {
    return switch (expr) {
      case Expr.Literal(double number) -> new Value.Scalar(number);
      case Expr.Text(String text) -> new Value.Text(text);
      case Expr.Selector(var matches) -> newest(matches);
      case Expr.Range range -> new Value.Matrix(runs(range));
      case Expr.Negation(var of) -> negative(value(of));
      case Expr.Aggregate(var aggregation, var grouping, var of) ->
          aggregate(aggregation, grouping, vector(of));
      case Expr.Binary binary -> binary(binary);
      case Expr.Call(var function, var arguments) -> call(function, arguments);
    };
  }

  private List<Point> vector(Expr expr) {
    return switch (value(expr)) {
      case Value.Vector(var points) -> points;
      case Value.Scalar _, Value.Text _, Value.Matrix _ ->
          throw new IllegalStateException("the parser let a type through");
    };
  }

  private double scalar(Expr expr) {
    return switch (value(expr)) {
      case Value.Scalar(double number) -> number;
      case Value.Vector _, Value.Text _, Value.Matrix _ ->
          throw new IllegalStateException("the parser let a type through");
    };
  }

  private Value newest(List<LabelMatch> matches) {
    var points = store.newest(matches, now - LOOKBACK, now);
    budget.spend(points.size());
    return new Value.Vector(points);
  }

  private List<Run> runs(Expr.Range range) {
    var runs = store.range(range.selector().matches(), now - range.range(), now);
    budget.spend(runs.stream().mapToLong(Run::size).sum());
    return runs;
  }

  private static Value negative(Value of) {
    return switch (of) {
      case Value.Scalar(double number) -> new Value.Scalar(-number);
      case Value.Vector(var points) -> unnamed(points, v -> -v);
      case Value.Text _, Value.Matrix _ ->
          throw new IllegalStateException("the parser let a type through");
    };
  }

  private static Value unnamed(List<Point> points, DoubleUnaryOperator change) {
    return distinct(
        points.stream()
            .map(p -> new Point(p.labels().without(NAME), change.applyAsDouble(p.value())))
            .toList());
  }

  private static Value.Vector distinct(List<Point> points) {
    var seen = new HashSet<Labels>();
    for (var point : points) {
      if (!seen.add(point.labels())) {
        throw PromqlError.execution("vector cannot contain metrics with the same labelset");
      }
    }
    return new Value.Vector(points);
  }

  private static Value aggregate(Aggregation aggregation, Grouping grouping, List<Point> points) {
    var groups = new LinkedHashMap<Labels, List<Double>>();
    for (var point : points) {
      groups
          .computeIfAbsent(grouping.of(point.labels()), _ -> new ArrayList<>())
          .add(point.value());
    }
    return new Value.Vector(
        groups.entrySet().stream()
            .map(g -> new Point(g.getKey(), aggregation.of(g.getValue())))
            .toList());
  }

  private Value call(Function function, List<Expr> arguments) {
    return switch (function) {
      case ABS -> unnamed(vector(arguments.getFirst()), Math::abs);
      case CEIL -> unnamed(vector(arguments.getFirst()), Math::ceil);
      case FLOOR -> unnamed(vector(arguments.getFirst()), Math::floor);
      case CLAMP ->
          clamp(vector(arguments.getFirst()), scalar(arguments.get(1)), scalar(arguments.get(2)));
      case CLAMP_MIN ->
          clamp(vector(arguments.getFirst()), scalar(arguments.get(1)), Double.POSITIVE_INFINITY);
      case CLAMP_MAX ->
          clamp(vector(arguments.getFirst()), Double.NEGATIVE_INFINITY, scalar(arguments.get(1)));
      case ABSENT -> absent(arguments.getFirst());
      case SCALAR -> onlyOne(vector(arguments.getFirst()));
      case VECTOR ->
          new Value.Vector(List.of(new Point(Labels.EMPTY, scalar(arguments.getFirst()))));
      case TIME -> new Value.Scalar(now / 1000.0);
      case HISTOGRAM_QUANTILE -> quantile(scalar(arguments.getFirst()), vector(arguments.get(1)));
      case RATE, INCREASE, DELTA, IRATE -> movement(function, range(arguments));
      case AVG_OVER_TIME -> overTime(arguments, r -> Aggregation.AVG.of(r.list()));
      case COUNT_OVER_TIME -> overTime(arguments, r -> Aggregation.COUNT.of(r.list()));
      case MAX_OVER_TIME -> overTime(arguments, r -> Aggregation.MAX.of(r.list()));
      case MIN_OVER_TIME -> overTime(arguments, r -> Aggregation.MIN.of(r.list()));
      case SUM_OVER_TIME -> overTime(arguments, r -> Aggregation.SUM.of(r.list()));
      case LAST_OVER_TIME ->
          new Value.Vector(
              runs(range(arguments)).stream().map(r -> new Point(r.labels(), r.last())).toList());
    };
  }

  private static Expr.Range range(List<Expr> arguments) {
    if (arguments.getFirst() instanceof Expr.Range range) {
      return range;
    }
    throw new IllegalStateException("the parser let a type through");
  }

  private Value movement(Function function, Expr.Range range) {
    var points = new ArrayList<Point>();
    for (var run : runs(range)) {
      movement(function, run, range.range())
          .ifPresent(v -> points.add(new Point(run.labels().without(NAME), v)));
    }
    return distinct(points);
  }

  private OptionalDouble movement(Function function, Run run, long range) {
    if (function == Function.IRATE) {
      return Rates.latest(run);
    }
    var growth = Rates.growth(run, now - range, now, function != Function.DELTA);
    return function == Function.RATE && growth.isPresent()
        ? OptionalDouble.of(growth.getAsDouble() / (range / 1000.0))
        : growth;
  }

  private Value overTime(List<Expr> arguments, ToDoubleFunction<Run> summary) {
    return distinct(
        runs(range(arguments)).stream()
            .map(r -> new Point(r.labels().without(NAME), summary.applyAsDouble(r)))
            .toList());
  }

  private static Value clamp(List<Point> points, double min, double max) {
    if (max < min) {
      return new Value.Vector(List.of());
    }
    return unnamed(points, v -> Math.max(min, Math.min(max, v)));
  }

  private static Value onlyOne(List<Point> points) {
    return new Value.Scalar(points.size() == 1 ? points.getFirst().value() : Double.NaN);
  }

  /// The labels that a selector says must be equal are those of the series that is missing.
  private Value absent(Expr of) {
    if (!vector(of).isEmpty()) {
      return new Value.Vector(List.of());
    }
    var labels = Labels.EMPTY;
    if (of instanceof Expr.Selector(var matches)) {
      for (var match : matches) {
        var single = matches.stream().filter(m -> m.label().equals(match.label())).count() == 1;
        if (single && match.op() == LabelMatch.Op.EQUAL && !match.label().equals(Labels.NAME)) {
          labels = labels.with(match.label(), match.value());
        }
      }
    }
    return new Value.Vector(List.of(new Point(labels, 1)));
  }

  private static Value quantile(double quantile, List<Point> points) {
    var histograms = new LinkedHashMap<Labels, List<Quantiles.Bucket>>();
    for (var point : points) {
      bound(point.labels().get("le"))
          .ifPresent(bound ->
              histograms
                  .computeIfAbsent(point.labels().without(LE).without(NAME), _ -> new ArrayList<>())
                  .add(new Quantiles.Bucket(bound, point.value())));
    }
    return new Value.Vector(
        histograms.entrySet().stream()
            .map(h -> new Point(h.getKey(), Quantiles.of(quantile, h.getValue())))
            .toList());
  }

  private static OptionalDouble bound(String le) {
    try {
      return switch (le) {
        case "+Inf", "Inf" -> OptionalDouble.of(Double.POSITIVE_INFINITY);
        case "-Inf" -> OptionalDouble.of(Double.NEGATIVE_INFINITY);
        default -> OptionalDouble.of(Double.parseDouble(le));
      };
    } catch (NumberFormatException _) {
      return OptionalDouble.empty();
    }
  }

  private Value binary(Expr.Binary binary) {
    var left = value(binary.left());
    var right = value(binary.right());
    var operator = binary.operator();
    if (left instanceof Value.Scalar(double l) && right instanceof Value.Scalar(double r)) {
      return new Value.Scalar(operator.apply(l, r));
    }
    if (left instanceof Value.Vector(var points) && right instanceof Value.Scalar(double r)) {
      return withScalar(binary, points, v -> operator.apply(v, r));
    }
    if (left instanceof Value.Scalar(double l) && right instanceof Value.Vector(var points)) {
      return withScalar(binary, points, v -> operator.apply(l, v));
    }
    if (left instanceof Value.Vector(var l) && right instanceof Value.Vector(var r)) {
      return operator.isSet() ? set(binary, l, r) : matched(binary, l, r);
    }
    throw new IllegalStateException("the parser let a type through");
  }

  /// A comparison leaves out the points that do not meet it and keeps the others as they are.
  private static Value withScalar(
      Expr.Binary binary, List<Point> points, DoubleUnaryOperator operation) {
    if (binary.operator().isComparison() && !binary.bool()) {
      return new Value.Vector(
          points.stream().filter(p -> operation.applyAsDouble(p.value()) != 0).toList());
    }
    return unnamed(points, operation);
  }

  private static Value set(Expr.Binary binary, List<Point> left, List<Point> right) {
    var matching = binary.matching();
    var inLeft = new HashSet<Labels>();
    left.forEach(p -> inLeft.add(matching.of(p.labels())));
    var inRight = new HashSet<Labels>();
    right.forEach(p -> inRight.add(matching.of(p.labels())));
    var result = new ArrayList<Point>();
    for (var point : left) {
      var both = inRight.contains(matching.of(point.labels()));
      if (binary.operator() == Operator.OR || both == (binary.operator() == Operator.AND)) {
        result.add(point);
      }
    }
    if (binary.operator() == Operator.OR) {
      right.stream().filter(p -> !inLeft.contains(matching.of(p.labels()))).forEach(result::add);
    }
    return new Value.Vector(result);
  }

  private static Value matched(Expr.Binary binary, List<Point> left, List<Point> right) {
    if (left.isEmpty() || right.isEmpty()) {
      return new Value.Vector(List.of());
    }
    var partners = partners(binary, right);
    var used = new HashSet<Labels>();
    var result = new ArrayList<Point>();
    for (var point : left) {
      var group = binary.matching().of(point.labels());
      var partner = partners.get(group);
      if (partner == null) {
        continue;
      }
      var value = binary.operator().apply(point.value(), partner.value());
      var filter = binary.operator().isComparison() && !binary.bool();
      if (filter && value == 0) {
        continue;
      }
      if (!used.add(group)) {
        throw PromqlError.execution(
            "multiple matches for labels: many-to-one matching must be explicit"
                + " (group_left/group_right)");
      }
      result.add(
          new Point(resultLabels(binary, point.labels(), filter), filter ? point.value() : value));
    }
    return new Value.Vector(result);
  }

  private static Map<Labels, Point> partners(Expr.Binary binary, List<Point> right) {
    var partners = new HashMap<Labels, Point>();
    for (var point : right) {
      var other = partners.put(binary.matching().of(point.labels()), point);
      if (other != null) {
        throw PromqlError.execution(
            "found duplicate series for the match group %s on the right hand-side of the operation: [%s, %s];many-to-many matching not allowed: matching labels must be unique on one side"
                .formatted(
                    words(binary.matching().of(point.labels())),
                    words(point.labels()),
                    words(other.labels())));
      }
    }
    return partners;
  }

  private static Labels resultLabels(Expr.Binary binary, Labels left, boolean named) {
    var matching = binary.matching();
    var kept = matching.only() ? left.only(matching.labels()) : left.without(matching.labels());
    return named ? kept : kept.without(NAME);
  }

  private static String words(Labels labels) {
    var words = new ArrayList<String>();
    labels.map().forEach((name, value) -> words.add(name + "=\"" + value + "\""));
    return "{" + String.join(", ", words) + "}";
  }
}
