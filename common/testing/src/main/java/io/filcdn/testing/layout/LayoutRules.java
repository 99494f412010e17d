package io.filcdn.testing.layout;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/**
 * The rules of FilCDN's layout: rooms that know only the rooms behind them, services that know only
 * {@code common}, time that is injected.
 */
public final class LayoutRules {

  private static final Set<String> SERVICES =
      Set.of("indexer", "retrieval", "metrics", "settlement");

  private LayoutRules() {}

  /**
   * Checks one module.
   *
   * @param base its package, such as {@code io.filcdn.retrieval}
   * @param rooms its packages below {@code base} in the order data flows: each may use those after
   *     it, none before it; the base package itself may use all of them
   */
  public static void check(String base, List<String> rooms) {
    check(base, rooms, Set.of());
  }

  /**
   * Checks one module that stands on classes of services.
   *
   * @param services those that it knows
   */
  public static void check(String base, List<String> rooms, Set<String> services) {
    JavaClasses module =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(base);

    everyPackageIsARoom(base, rooms, module);
    roomsFlowOneWay(base, rooms, module);
    otherServicesAreUnknown(base, services, module);
    slices()
        .matching(base + ".(*)..")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(module);
    timeIsInjected(module);
    packagesAreNullMarked(module);
  }

  private static void everyPackageIsARoom(String base, List<String> rooms, JavaClasses module) {
    String[] known =
        java.util.stream.Stream.concat(
                java.util.stream.Stream.of(base), rooms.stream().map(room -> base + "." + room))
            .toArray(String[]::new);
    classes().should().resideInAnyPackage(known).check(module);
  }

  private static void roomsFlowOneWay(String base, List<String> rooms, JavaClasses module) {
    for (int i = 0; i < rooms.size(); i++) {
      String[] before =
          rooms.subList(0, i).stream().map(room -> base + "." + room).toArray(String[]::new);
      noClasses()
          .that()
          .resideInAPackage(base + "." + rooms.get(i))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(before)
          .orShould()
          .dependOnClassesThat()
          .resideInAPackage(base)
          .because("rooms know only the rooms behind them: " + rooms)
          .allowEmptyShould(true)
          .check(module);
    }
  }

  private static void otherServicesAreUnknown(String base, Set<String> known, JavaClasses module) {
    for (String service : SERVICES) {
      String other = "io.filcdn." + service;
      if (!other.equals(base) && !known.contains(service)) {
        noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAPackage(other + "..")
            .because("services meet in Kafka and HTTP, by the words of common")
            .check(module);
      }
    }
  }

  private static void timeIsInjected(JavaClasses module) {
    noClasses()
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .callMethod(Thread.class, "sleep", long.class)
        .because("clocks are injected, so that tests move them; waiting has a condition")
        .check(module);
  }

  private static void packagesAreNullMarked(JavaClasses module) {
    DescribedPredicate<JavaClass> ours = resideInAPackage("io.filcdn..");
    classes()
        .that(ours)
        .should(
            com.tngtech.archunit.lang.ArchCondition.from(
                DescribedPredicate.describe(
                    "be in a @NullMarked package",
                    type -> type.getPackage().isAnnotatedWith(NullMarked.class))))
        .check(module);
  }
}
