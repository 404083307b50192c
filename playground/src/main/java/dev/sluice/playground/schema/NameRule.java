package dev.sluice.playground.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// What a name must look like, with the server's words for names that do not.
enum NameRule {
  SUBDOMAIN(
      253,
      "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.',"
          + " and must start and end with an alphanumeric character",
      "'example.com'"),
  LABEL(
      63,
      "[a-z0-9]([-a-z0-9]*[a-z0-9])?",
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must"
          + " start and end with an alphanumeric character",
      "'my-name',  or '123-abc'"),
  LABEL_1035(
      63,
      "[a-z]([-a-z0-9]*[a-z0-9])?",
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an"
          + " alphabetic character, and end with an alphanumeric character",
      "'my-name',  or 'abc-123'"),
  /// Anything that can stand in a path.
  SEGMENT(Integer.MAX_VALUE, "[\\s\\S]*", "", ""),
  QUALIFIED_NAME_PART(
      63,
      "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]",
      "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end"
          + " with an alphanumeric character",
      "'MyName',  or 'my.name',  or '123-abc'"),
  LABEL_VALUE(
      63,
      "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?",
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.',"
          + " and must start and end with an alphanumeric character",
      "'MyValue',  or 'my_value',  or '12345'"),
  CONFIG_KEY(
      253,
      "[-._a-zA-Z0-9]+",
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
      "'key.name',  or 'KEY_NAME',  or 'key-name'");

  private final int longest;
  private final String regex;
  private final Pattern pattern;
  private final String words;
  private final String examples;

  NameRule(int longest, String regex, String words, String examples) {
    this.longest = longest;
    this.regex = regex;
    this.pattern = Pattern.compile(regex);
    this.words = words;
    this.examples = examples;
  }

  /// @throws IllegalArgumentException for a rule that `kinds` may not name
  static NameRule called(String name) {
    return switch (name) {
      case "subdomain" -> SUBDOMAIN;
      case "label" -> LABEL;
      case "label1035" -> LABEL_1035;
      case "segment" -> SEGMENT;
      default -> throw new IllegalArgumentException("no rule for names is called " + name);
    };
  }

  /// What is wrong with the name; empty when nothing is.
  List<String> problems(String name) {
    if (this == SEGMENT) return segmentProblems(name);
    var problems = new ArrayList<String>();
    if (name.length() > longest) {
      String limit = "must be no more than " + longest + " ";
      boolean part = this == QUALIFIED_NAME_PART;
      problems.add(
          (part ? "name part " : "")
              + limit
              + (part || this == LABEL_VALUE ? "bytes" : "characters"));
      if (name.length() > 2 * longest) return problems;
    }
    if (this == QUALIFIED_NAME_PART && name.isEmpty()) problems.add("name part must be non-empty");
    if (this == LABEL && name.contains(".") && SUBDOMAIN.pattern.matcher(name).matches()) {
      problems.add("must not contain dots");
    } else if (!pattern.matcher(name).matches())
      problems.add(
          words + " (e.g. " + examples + ", regex used for validation is '" + regex + "')");
    return problems;
  }

  private static List<String> segmentProblems(String name) {
    if (name.equals(".") || name.equals("..")) return List.of("may not be '" + name + "'");
    var problems = new ArrayList<String>();
    for (String sign : List.of("/", "%"))
      if (name.contains(sign)) problems.add("may not contain '" + sign + "'");
    return problems;
  }

  /// What is wrong with a key of labels or annotations, or a finalizer: `[DOMAIN/]NAME`.
  static List<String> qualifiedNameProblems(String key) {
    String[] parts = key.split("/", -1);
    if (parts.length > 2)
      return List.of(
          "a qualified name "
              + QUALIFIED_NAME_PART.words.substring("name part ".length())
              + " (e.g. "
              + QUALIFIED_NAME_PART.examples
              + ", regex used for validation is '"
              + QUALIFIED_NAME_PART.regex
              + "') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
    var problems = new ArrayList<String>();
    if (parts.length == 2) {
      if (parts[0].isEmpty()) problems.add("prefix part must be non-empty");
      else SUBDOMAIN.problems(parts[0]).forEach(p -> problems.add("prefix part " + p));
    }
    problems.addAll(QUALIFIED_NAME_PART.problems(parts[parts.length - 1]));
    return problems;
  }

  /// What is wrong with the name of a port.
  static List<String> portNameProblems(String name) {
    var problems = new ArrayList<String>();
    if (name.length() > 15) problems.add("must be no more than 15 characters");
    else if (!name.matches("[-a-z0-9]+"))
      problems.add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
    else {
      if (!name.matches(".*[a-z].*")) problems.add("must contain at least one letter (a-z)");
      if (name.contains("--")) problems.add("must not contain consecutive hyphens");
      if (name.startsWith("-") || name.endsWith("-"))
        problems.add("must not begin or end with a hyphen");
    }
    return problems;
  }
}
