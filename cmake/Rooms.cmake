# A room is a folder of src/syndisco with one object library of the same name, `room_<name>`.
#
#   syndisco_room(<name> [DEPENDS <room>...] [LIBRARIES <target>...])
#
# Sources are found by themselves, so adding a file needs no edit here. A room without sources yet
# is known, with nothing in it. DEPENDS is what the room may include (docs/architecture.md holds the
# same table, and a test compares the includes with it); it decides what a room's unit tests link.
function(syndisco_room name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS;LIBRARIES")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cc)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.h)
  list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/cli/main.cc)

  set(rooms ${name})
  foreach(other IN LISTS arg_DEPENDS)
    get_property(others GLOBAL PROPERTY SYNDISCO_ROOM_${other}_CLOSURE)
    list(APPEND rooms ${others})
  endforeach()
  list(REMOVE_DUPLICATES rooms)
  set_property(GLOBAL PROPERTY SYNDISCO_ROOM_${name}_CLOSURE ${rooms})
  set_property(GLOBAL PROPERTY SYNDISCO_ROOM_${name}_LIBRARIES ${arg_LIBRARIES})
  set_property(GLOBAL PROPERTY SYNDISCO_ROOM_${name}_HEADERS ${headers})
  set_property(GLOBAL APPEND PROPERTY SYNDISCO_ROOMS ${name})
  if(NOT sources)
    return()
  endif()

  # llama.cpp's headers bring an nlohmann-json and an httplib of their own; only the engine sees them.
  set(engine ${sources})
  list(FILTER engine INCLUDE REGEX "/model/llama/")
  list(FILTER sources EXCLUDE REGEX "/model/llama/")
  foreach(part IN ITEMS sources engine)
    if(${part})
      set(target room_${name})
      set(libraries ${arg_LIBRARIES})
      if(part STREQUAL "engine")
        set(target room_${name}_llama)
      else()
        list(REMOVE_ITEM libraries syndisco_llama)
      endif()
      add_library(${target} OBJECT ${${part}})
      target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)
      target_link_libraries(${target} PRIVATE syndisco_options ${libraries})
      set_property(GLOBAL APPEND PROPERTY SYNDISCO_ROOM_${name}_TARGETS ${target})
    endif()
  endforeach()
endfunction()

# Puts the objects of `rooms`, and what they link, into `target`.
function(syndisco_link_rooms target)
  foreach(room IN LISTS ARGN)
    get_property(parts GLOBAL PROPERTY SYNDISCO_ROOM_${room}_TARGETS)
    get_property(libraries GLOBAL PROPERTY SYNDISCO_ROOM_${room}_LIBRARIES)
    foreach(part IN LISTS parts)
      target_sources(${target} PRIVATE $<TARGET_OBJECTS:${part}>)
    endforeach()
    target_link_libraries(${target} PRIVATE ${libraries})
  endforeach()
endfunction()
