package dev.sluice.crds;

/// Where an object lives: namespace and name. The namespace is empty for cluster-scoped objects.
public record ObjectRef(String namespace, String name) implements Comparable<ObjectRef> {

  @Override
  public int compareTo(ObjectRef other) {
    int byNamespace = namespace.compareTo(other.namespace);
    return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
  }

  /// `namespace/name`, or just the name where there is no namespace.
  @Override
  public String toString() {
    return namespace.isEmpty() ? name : namespace + "/" + name;
  }
}
