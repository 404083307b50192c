package dev.sluice.controller.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaFieldAccess.AccessType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.sluice.crds.AlertProvider;
import dev.sluice.crds.CanarySpec;
import dev.sluice.crds.GitSync;
import dev.sluice.crds.MetricTemplate;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// No field is ignored in silence: whatever a specification may hold is read by something.
class FieldsTest {
  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(
              "dev.sluice.crds", "dev.sluice.mesh", "dev.sluice.gitops", "dev.sluice.controller");

  /// What is refused as a whole, so that nobody reads its parts.
  private static final Set<String> OF_OTHERS =
      Set.of(
          "IngressRef.apiVersion",
          "IngressRef.kind",
          "RouteRef.apiVersion",
          "RouteRef.kind",
          "UpstreamRef.apiVersion",
          "UpstreamRef.kind",
          "UpstreamRef.name",
          "UpstreamRef.namespace",
          "Provider.region");

  private static final List<Class<?>> SPECS =
      List.of(
          CanarySpec.class,
          MetricTemplate.Spec.class,
          AlertProvider.Spec.class,
          GitSync.Spec.class);

  @Test
  void everyFieldIsReadButWhatIsRefusedAsAWhole() {
    Set<String> unread = new HashSet<>();
    for (Class<?> record : records()) {
      JavaClass read = ALL.get(record);
      for (RecordComponent component : record.getRecordComponents()) {
        String name = component.getName();
        boolean isRead =
            isCalled(read.getMethod(name), new HashSet<>())
                || read.getField(name).getAccessesToSelf().stream()
                    .filter(access -> access.getAccessType() == AccessType.GET)
                    .map(JavaAccess::getOrigin)
                    .filter(reader -> !reader.getName().equals(name))
                    .anyMatch(reader -> isCalled(reader, new HashSet<>()));
        if (!isRead) {
          unread.add(record.getSimpleName() + "." + component.getName());
        }
      }
    }
    assertThat(unread).isEqualTo(OF_OTHERS);
  }

  /// Whether anything but the resources themselves calls it, be it in a roundabout way.
  private static boolean isCalled(JavaCodeUnit method, Set<String> seen) {
    return seen.add(method.getFullName())
        && method.getAccessesToSelf().stream()
            .map(JavaAccess::getOrigin)
            .anyMatch(caller -> !isOfResources(caller) || isCalled(caller, seen));
  }

  private static boolean isOfResources(JavaCodeUnit method) {
    return method.getOwner().getPackageName().startsWith("dev.sluice.crds");
  }

  private static Set<Class<?>> records() {
    Set<Class<?>> found = new LinkedHashSet<>();
    SPECS.forEach(spec -> add(spec, found));
    return found;
  }

  private static void add(Type type, Set<Class<?>> found) {
    if (type instanceof ParameterizedType generic) {
      for (Type argument : generic.getActualTypeArguments()) {
        add(argument, found);
      }
    } else if (type instanceof Class<?> record && record.isRecord() && found.add(record)) {
      for (RecordComponent component : record.getRecordComponents()) {
        add(component.getGenericType(), found);
      }
    }
  }
}
