package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Quantity;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Which node a pod gets, or why none does, in the words of the real scheduler. Looks at whether a
/// node is cordoned, at taints, node selector, node affinity and requests; takes the node of which
/// the least is asked.
final class Scheduler {
  private static final String NOT_CHOSEN = "node(s) didn't satisfy plugin(s) [NodeAffinity]";
  private static final String NO_VICTIMS = "No preemption victims found for incoming pod";
  private static final String NO_HELP = "Preemption is not helpful for scheduling";

  sealed interface Answer {
    record Assigned(String node) implements Answer {}

    record Unschedulable(String why) implements Answer {}
  }

  /// Why one node does not do.
  ///
  /// @param lasting whether it would not help if other pods made room
  private record Misfit(List<String> reasons, boolean lasting) {}

  private Scheduler() {}

  static Answer place(Pod pod, List<ObjectNode> nodes, Function<String, NodeLoad> loads) {
    var misfits = new ArrayList<Misfit>();
    var fitting = new ArrayList<ObjectNode>();
    var asked = NodeLoad.requests(pod);
    for (var node : nodes) {
      var misfit = misfit(pod, asked, node, loads.apply(Meta.name(node)));
      if (misfit.reasons().isEmpty()) {
        fitting.add(node);
      } else {
        misfits.add(misfit);
      }
    }
    return fitting.stream()
        .min(
            Comparator.<ObjectNode, BigDecimal>comparing(
                    node -> share(node, loads.apply(Meta.name(node))))
                .thenComparingInt(node -> loads.apply(Meta.name(node)).pods())
                .thenComparing(Meta::name))
        .<Answer>map(node -> new Answer.Assigned(Meta.name(node)))
        .orElseGet(() -> new Answer.Unschedulable(why(pod, nodes.size(), misfits)));
  }

  private static Misfit misfit(
      Pod pod, Map<String, BigDecimal> asked, ObjectNode node, NodeLoad load) {
    var affinity = pod.object().at(NodeTerms.PATH);
    if (NodeTerms.nameOnly(affinity) && !NodeTerms.match(affinity, node)) {
      return new Misfit(List.of(NOT_CHOSEN), true);
    }
    if (Meta.deleted(node)
        || (node.at("/spec/unschedulable").asBoolean()
            && !Taints.tolerates(pod, Taints.UNSCHEDULABLE))) {
      return new Misfit(List.of("node(s) were unschedulable"), true);
    }
    var taint = Taints.keepingOut(pod, node);
    if (taint.isPresent()) {
      var text = taint.get().path("key").asText() + ": " + taint.get().path("value").asText();
      return new Misfit(List.of("node(s) had untolerated taint {" + text + "}"), true);
    }
    var selector = Meta.strings(pod.object().at("/spec/nodeSelector"));
    if (!Meta.labels(node).entrySet().containsAll(selector.entrySet())
        || (!affinity.isMissingNode() && !NodeTerms.match(affinity, node))) {
      return new Misfit(List.of("node(s) didn't match Pod's node affinity/selector"), true);
    }
    var reasons = new ArrayList<String>();
    var room = node.at("/status/allocatable");
    if (load.pods() + 1 > Quantity.amount(room.path("pods")).intValue()) {
      reasons.add("Too many pods");
    }
    asked.forEach((name, amount) -> {
      var taken = load.requests().getOrDefault(name, BigDecimal.ZERO);
      if (amount.signum() > 0
          && taken.add(amount).compareTo(Quantity.amount(room.path(name))) > 0) {
        reasons.add("Insufficient " + name);
      }
    });
    return new Misfit(reasons, false);
  }

  /// Of the node's cores and memory, what is asked for already.
  private static BigDecimal share(JsonNode node, NodeLoad load) {
    var sum = BigDecimal.ZERO;
    for (var name : List.of("cpu", "memory")) {
      var room = Quantity.amount(node.at("/status/allocatable").path(name));
      var taken = load.requests().getOrDefault(name, BigDecimal.ZERO);
      if (room.signum() > 0 && taken.signum() > 0) {
        sum = sum.add(taken.divide(room, MathContext.DECIMAL32));
      }
    }
    return sum;
  }

  private static String why(Pod pod, int nodes, List<Misfit> misfits) {
    if (nodes == 0) {
      return "no nodes available to schedule pods";
    }
    var reasons = misfits.stream().flatMap(misfit -> misfit.reasons().stream()).toList();
    var head = "0/%d nodes are available: ".formatted(nodes);
    if (pod.object().at("/spec/preemptionPolicy").asText().equals("Never")) {
      return head + counted(reasons) + ". preemption: not eligible due to preemptionPolicy=Never.";
    }
    var helps = misfits.stream().map(misfit -> misfit.lasting() ? NO_HELP : NO_VICTIMS).toList();
    return head + counted(reasons) + ". preemption: " + head + counted(helps) + ".";
  }

  private static String counted(List<String> reasons) {
    var counts =
        reasons.stream()
            .collect(Collectors.groupingBy(text -> text, TreeMap::new, Collectors.counting()));
    return counts.entrySet().stream()
        .map(one -> one.getValue() + " " + one.getKey())
        .sorted()
        .collect(Collectors.joining(", "));
  }
}
