# How every part of the tree is declared. One function a kind of part:
#
#   reel_module(NAME [EXECUTABLE output] [NEEDS module...] [PUBLIC library...] [PRIVATE library...])
#
# declares the module in the current folder: `include/` for what others may use, `src/` for itself,
# and its unit tests beside the source, told apart by suffix:
#   NAME_test.cpp    needs nothing
#   NAME_pgtest.cpp  needs a PostgreSQL server (the test starts one itself)
# NEEDS are modules of ours and the only arrows there are; tests/architecture compares them, and the
# link line that CMake makes of them, with the allowed list.

# Of the warnings that -Wextra brings, one is against designated initialisers, which are how stages describe themselves, and
# one is wrong about std::string in g++ 12 (GCC bug 105651).
set(REEL_WARNINGS -Wall -Wextra -Wpedantic -Wconversion -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  list(APPEND REEL_WARNINGS -Wno-restrict)
endif()

# `./start` and `./test` compile several files of a target together (CMAKE_UNITY_BUILD): a name in an anonymous namespace has to be its
# own among them. Where types of such a namespace are members of others, that is no fault then.
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  list(APPEND REEL_WARNINGS -Wno-subobject-linkage)
endif()

# Compile settings that all code of ours shares.
function(reel_settings target)
  target_compile_options(${target} PRIVATE ${REEL_WARNINGS})
  if(REEL_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${REEL_SANITIZE} -fno-omit-frame-pointer
      -fno-sanitize-recover=undefined)
    target_link_options(${target} PRIVATE -fsanitize=${REEL_SANITIZE})
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
      target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)  # wrong about std::regex under sanitizers
    endif()
  endif()
  if(REEL_TIDY)
    set_target_properties(${target} PROPERTIES CXX_CLANG_TIDY "clang-tidy;--quiet;--warnings-as-errors=*")
  endif()
endfunction()

# What every test sees of this tree.
set(REEL_TEST_ENVIRONMENT "REEL_BUILD_DIR=${CMAKE_BINARY_DIR}" "REEL_SOURCE_DIR=${CMAKE_SOURCE_DIR}"
  "REEL_MEDIA_DIR=${CMAKE_SOURCE_DIR}/.cache/media" "REEL_SERVERS_DIR=${CMAKE_SOURCE_DIR}/.cache/servers"
  "REEL_NPM_DIR=${CMAKE_SOURCE_DIR}/.cache/npm" "REEL_MODELS=${CMAKE_BINARY_DIR}/no-models"
  # What is rendered is to be rendered, not to be found.
  "REEL_CACHE_GIGABYTES=0"
  "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/support/lsan.supp:print_suppressions=0"
  # Without frame pointers in the libraries, the quick unwinder sees nothing of who allocated.
  "ASAN_OPTIONS=fast_unwind_on_malloc=0" "UBSAN_OPTIONS=print_stacktrace=1")

# As Debian does it: -O3 is hardly faster, and takes longer to compile.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
# Tests are compiled more often than they run.
set(REEL_TEST_OPTIONS $<$<CONFIG:Release>:-O0>)

# Registers each test of a GoogleTest program as PREFIX.Suite.name, with further properties behind its time limit in seconds.
function(reel_discover_tests target prefix timeout)
  if(REEL_SANITIZE)
    math(EXPR timeout "${timeout} * 5")
  endif()
  gtest_discover_tests(${target} TEST_PREFIX ${prefix}. DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES TEST_LIST ${target}_list
    PROPERTIES TIMEOUT ${timeout} ${ARGN})
  # PROPERTIES takes no list as a value, so the environment is set once the tests are listed.
  set(file ${CMAKE_CURRENT_BINARY_DIR}/${target}_environment.cmake)
  file(WRITE ${file} "set_tests_properties(\${${target}_list} PROPERTIES ENVIRONMENT [==[${REEL_TEST_ENVIRONMENT}]==])
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${file})
endfunction()

# Adds GoogleTest programs for the `*_test.cpp` and `*_pgtest.cpp` files below `folder`, linked with `library`.
function(reel_unit_tests name folder)
  file(GLOB tests CONFIGURE_DEPENDS ${folder}/*_test.cpp ${folder}/*_pgtest.cpp ${folder}/*/*_test.cpp
    ${folder}/*/*_pgtest.cpp)
  if(NOT REEL_TESTS OR NOT tests)
    return()
  endif()
  add_executable(${name}_test ${tests})
  target_include_directories(${name}_test PRIVATE ${folder} ${CMAKE_SOURCE_DIR}/tests/support)
  target_compile_definitions(${name}_test PRIVATE REEL_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name}_test PRIVATE ${ARGN} GTest::gmock GTest::gtest_main)
  target_compile_options(${name}_test PRIVATE ${REEL_TEST_OPTIONS})
  reel_settings(${name}_test)
  reel_discover_tests(${name}_test ${name} 120)
endfunction()

function(reel_module name)
  cmake_parse_arguments(arg "" "EXECUTABLE" "NEEDS;PUBLIC;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS src/*.cpp src/*/*.cpp)
  list(FILTER sources EXCLUDE REGEX "_(pg)?test\\.cpp$")
  list(TRANSFORM arg_NEEDS PREPEND reel::)

  set(library reel_${name})
  if(arg_EXECUTABLE)
    # The program is a library with a main() on top, so that its tests can link it.
    list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  endif()
  add_library(${library} STATIC ${sources})
  add_library(reel::${name} ALIAS ${library})
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/include)
    target_include_directories(${library} PUBLIC include)
  endif()
  target_include_directories(${library} PRIVATE src)
  target_link_libraries(${library} PUBLIC ${arg_NEEDS} ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  reel_settings(${library})
  set_property(GLOBAL APPEND PROPERTY REEL_MODULES ${name})

  if(arg_EXECUTABLE)
    add_executable(${arg_EXECUTABLE} src/main.cpp)
    target_link_libraries(${arg_EXECUTABLE} PRIVATE ${library})
    reel_settings(${arg_EXECUTABLE})
    install(TARGETS ${arg_EXECUTABLE} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
  reel_unit_tests(${name} ${CMAKE_CURRENT_SOURCE_DIR}/src ${library} ${arg_PRIVATE})
endfunction()
