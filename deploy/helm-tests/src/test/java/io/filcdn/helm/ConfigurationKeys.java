package io.filcdn.helm;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappingInterface;
import io.smallrye.config.ConfigMappingInterface.Property;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a service as Markdown tables, one for each group: names and defaults from its
 * compiled {@code @ConfigMapping} interface, meanings and order from that interface's Javadoc.
 */
final class ConfigurationKeys {

  private static final Pattern TAG =
      Pattern.compile("\\{@(?:code|literal)\\s+((?:[^{}]|\\{[^{}]*})*)}");

  private final StringBuilder text = new StringBuilder();

  /** Documentation by {@code Type} and {@code Type.method}, in the order of the source. */
  private final Map<String, String> docs = new LinkedHashMap<>();

  private ConfigurationKeys() {}

  static String of(Class<?> mapping) {
    ConfigurationKeys keys = new ConfigurationKeys();
    keys.group(
        ConfigMappingInterface.getConfigurationInterface(mapping),
        mapping.getAnnotation(ConfigMapping.class).prefix());
    return keys.text.toString();
  }

  private void group(ConfigMappingInterface group, String prefix) {
    Class<?> type = group.getInterfaceType();
    if (!docs.containsKey(type.getSimpleName())) {
      read(type);
    }
    List<String> order = new ArrayList<>(docs.keySet());
    List<Property> properties =
        Arrays.stream(group.getProperties())
            .sorted(Comparator.comparingInt(property -> order.indexOf(name(property))))
            .toList();
    if (properties.stream().anyMatch(property -> !property.isGroup())) {
      text.append("\n### `%s`\n\n%s\n\n".formatted(prefix, doc(type.getSimpleName())));
      text.append("| key | default | meaning |\n|---|---|---|\n");
    }
    for (Property property : properties) {
      if (!property.isGroup()) {
        text.append(
            "| `%s` | %s | %s |\n"
                .formatted(key(group, prefix, property), defaultOf(property), doc(name(property))));
      }
    }
    for (Property property : properties) {
      if (property.isGroup()) {
        group(property.asGroup().getGroupType(), key(group, prefix, property));
      }
    }
  }

  private static String key(ConfigMappingInterface group, String prefix, Property property) {
    return prefix
        + "."
        + property.getPropertyName(group.getNamingStrategy())
        + (property.isMap() ? ".{name}" : "");
  }

  private static String defaultOf(Property property) {
    if (property.hasDefaultValue()) {
      return "`" + property.getDefaultValue() + "`";
    }
    return property.isOptional() || property.isMap() ? "" : "required";
  }

  private static String name(Property property) {
    return property.getMethod().getDeclaringClass().getSimpleName()
        + "."
        + property.getMethod().getName();
  }

  private String doc(String name) {
    String doc = docs.get(name);
    if (doc == null || doc.isBlank()) {
      throw new IllegalStateException("expected Javadoc of " + name + ", found none: write it");
    }
    return TAG.matcher(doc.strip().replaceAll("\\s+", " ")).replaceAll("`$1`").replace("|", "\\|");
  }

  private void read(Class<?> type) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  null,
                  List.of("-proc:none"),
                  null,
                  files.getJavaFileObjects(source(type)));
      for (CompilationUnitTree unit : task.parse()) {
        new Reader(DocTrees.instance(task)).scan(unit, null);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The source of a type, in the module whose {@code target} it was compiled or packaged to. */
  private static Path source(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
          .resolve("../../src/main/java")
          .normalize()
          .resolve(type.getNestHost().getName().replace('.', '/') + ".java");
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Collects the documentation of all types and methods of a source file. */
  private final class Reader extends TreePathScanner<@Nullable Void, @Nullable Void> {

    private final DocTrees trees;

    private Reader(DocTrees trees) {
      this.trees = trees;
    }

    @Override
    public @Nullable Void visitClass(ClassTree type, @Nullable Void none) {
      put(type.getSimpleName().toString());
      return super.visitClass(type, null);
    }

    @Override
    public @Nullable Void visitMethod(MethodTree method, @Nullable Void none) {
      ClassTree type = (ClassTree) getCurrentPath().getParentPath().getLeaf();
      put(type.getSimpleName() + "." + method.getName());
      return null;
    }

    private void put(String name) {
      String doc = trees.getDocComment(getCurrentPath());
      docs.put(name, doc == null ? "" : doc);
    }
  }
}
