# SPDX-License-Identifier: MIT
# How a plugin is built, in bight's own tree and outside of it.

# bight_add_protocol(NAME name SOURCES source...): target `name`, the module
# name.so, and target `name-objects`, which a test of it links. One of the
# sources defines BIGHT_PLUGIN(name), in which a - is written as _.
function(bight_add_protocol)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" NAME SOURCES)
    if(NOT arg_NAME OR NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR
                "usage: bight_add_protocol(NAME name SOURCES source...)")
    endif()
    string(LENGTH "${arg_NAME}" length)
    if(NOT arg_NAME MATCHES "^[a-z][a-z0-9-]*$" OR length GREATER 31)
        message(FATAL_ERROR "bight_add_protocol: '${arg_NAME}' is not "
                            "[a-z][a-z0-9-]*, at most 31 bytes")
    endif()
    string(REPLACE - _ symbol bight_plugin_${arg_NAME})
    add_library(${arg_NAME}-objects OBJECT ${arg_SOURCES})
    set_target_properties(${arg_NAME}-objects PROPERTIES
        POSITION_INDEPENDENT_CODE ON)
    target_link_libraries(${arg_NAME}-objects PRIVATE bight::plugin)
    add_library(${arg_NAME} MODULE $<TARGET_OBJECTS:${arg_NAME}-objects>)
    target_link_libraries(${arg_NAME} PRIVATE ${arg_NAME}-objects
                          bight::plugin)
    target_link_options(${arg_NAME} PRIVATE
        LINKER:--defsym,bight_plugin_v1=${symbol})
    set_target_properties(${arg_NAME} PROPERTIES PREFIX "" SUFFIX .so)
    # A module of objects alone has no language to be linked in.
    if(arg_SOURCES MATCHES "\\.(cc|cpp|cxx|C)(;|$)")
        set_target_properties(${arg_NAME} PROPERTIES LINKER_LANGUAGE CXX)
    else()
        set_target_properties(${arg_NAME} PROPERTIES LINKER_LANGUAGE C)
    endif()
endfunction()
